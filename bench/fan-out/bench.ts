import { fileURLToPath } from 'node:url';
import { type Child, startChild } from './child.ts';
import type { OpenRequest, Seen } from './clients.ts';
import type { PollTrace, Usage } from './measured-server.ts';
import type { ServerSettings } from './server-settings.ts';
import type { CountingVendor } from './vendor.ts';

/** Which server: ours, the one to compare with, or the bare limit. */
export type ServerName = 'gateway' | 'peer' | 'bare';

/** One server and its clients, each in a process of its own. */
export interface Stage extends AsyncDisposable {
  readonly server: Child;
  readonly clients: Child;
  open(request: Omit<OpenRequest, 'url'>): Promise<void>;
  see(): Promise<Seen>;
  /**
   * Lets the export change so many times and waits until each of `subscribers` has been told each change.
   *
   * @returns what the clients have seen of it
   */
  push(changes: number, subscribers: number): Promise<Seen>;
  usage(): Promise<Usage>;
  /** After garbage collection. */
  settledUsage(): Promise<Usage>;
  traces(): Promise<readonly PollTrace[]>;
}

export interface StageSettings {
  readonly vendor: CountingVendor;
  readonly pollMs: number;
  /** Of one message; only the bare server asks. */
  readonly messageBytes?: number | undefined;
}

export async function openStage(name: ServerName, settings: StageSettings): Promise<Stage> {
  const { vendor, pollMs, messageBytes } = settings;
  const serverSettings: ServerSettings & { messageBytes: number | undefined } = {
    listingUrl: vendor.listingUrl,
    plainUrl: vendor.plainUrl,
    schemaFolder: fileURLToPath(new URL('../../schema', import.meta.url)),
    pollMs,
    messageBytes,
  };
  const server = await startChild(`${name}.ts`, serverSettings);
  const clients = await startChild('clients.ts');
  const url = await server.ask<string>('url');
  const see = (): Promise<Seen> => clients.ask<Seen>('see');

  return {
    server,
    clients,
    see,
    open: (request) => clients.ask('open', { ...request, url }),
    async push(changes, subscribers) {
      await clients.ask('reset');
      vendor.move(changes);
      await clients.ask('wait', {
        count: changes * subscribers,
        timeoutMs: changes * Math.max(pollMs * 4, 1_000) + 20_000,
      });
      // The last change has been told; now nothing moves.
      await pause(pollMs);
      return see();
    },
    usage: () => server.ask('usage'),
    settledUsage: () => server.ask('collectAndUsage'),
    traces: () => server.ask('traces'),
    async [Symbol.asyncDispose]() {
      await clients[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The middle of several measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
