import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CountingVendor } from './vendor.ts';

export const KEY = 'tracking-bench-key-0123456789';

/** What one measurement sets otherwise. */
export interface GatewaySettings {
  readonly store: object;
  readonly polling: { readonly minMs: number; readonly maxMs: number };
  readonly webhooks?: readonly object[];
}

/** A configuration as an operator would write it, bounds aside that one caller alone would run into. */
export function toConfig(vendor: CountingVendor, { store, polling, webhooks = [] }: GatewaySettings): string {
  const account = { tenant: 'acme', polling, limits: { requestsPerSecond: 10_000, maxConcurrent: 100 } };
  return JSON.stringify({
    server: { host: '127.0.0.1', port: 0, mode: 'production', logLevel: 'error' },
    access: { mode: 'keys', keys: [{ name: 'bench', key: KEY, tenant: 'acme' }] },
    files: { linkSecret: 'tracking-bench-link-secret-0123456789abcdef' },
    limits: { operationsPerMinute: 1_000_000, locatorsPerMinute: 1_000_000 },
    tracking: { maxOpen: 100_000 },
    store,
    webhooks,
    accounts: [
      {
        ...account,
        key: 'listing',
        vendor: 'hi-energy',
        baseUrl: vendor.listingUrl,
        credential: { type: 'api-key', apiKey: 'tracking-bench' },
      },
      {
        ...account,
        key: 'plain',
        vendor: 'power-bi',
        baseUrl: vendor.plainUrl,
        credential: { type: 'bearer', token: 'tracking-bench' },
      },
    ],
  });
}

/** A folder for the store and the configuration, gone at the end. */
export function createFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'waybill-tracking-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** The gateway as `npm start` runs it. */
export interface ServedGateway extends AsyncDisposable {
  readonly url: string;
  /** As `performance.now` counts. */
  readonly spawnedAt: number;
  readonly listeningAt: number;
  /** Ends it, and waits until it has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export async function serve(folder: string, config: string): Promise<ServedGateway> {
  const file = join(folder, 'waybill.json');
  writeFileSync(file, config);
  const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
  const spawnedAt = performance.now();
  const child = spawn(process.execPath, [main, 'serve', '--config', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await readUrl(child);
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  return {
    url,
    spawnedAt,
    listeningAt: performance.now(),
    end,
    [Symbol.asyncDispose]: () => end('SIGKILL'),
  };
}

async function readUrl({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('The gateway has no output.');
  for await (const line of createInterface(stdout)) {
    const url = /^waybill listening on (\S+)$/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error('The gateway did not start.');
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until something holds; what never does ends the run. @param what - for the error, as a clause */
export async function until(what: string, isSo: () => boolean, timeoutMs = 300_000): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs;
  while (!isSo()) {
    if (performance.now() > giveUpAt) throw new Error(`Given up: ${what}.`);
    await pause(20);
  }
}

export function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(72)} ${value}\n`);
}
