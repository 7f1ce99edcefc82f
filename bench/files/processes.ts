import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { VendorMessage } from './vendor.ts';

export interface Vendor extends AsyncDisposable {
  readonly url: string;
  counts(): Promise<Extract<VendorMessage, { type: 'counts' }>>;
}

/** The vendor, in a process of its own. */
export async function startVendor(fileBytes: number): Promise<Vendor> {
  const child = fork(new URL('./vendor.ts', import.meta.url), [String(fileBytes)]);
  const ask = async (question?: string): Promise<VendorMessage> => {
    if (question !== undefined) child.send(question);
    const [message] = (await once(child, 'message')) as [VendorMessage];
    return message;
  };
  const first = await ask();
  if (first.type !== 'listening') throw new Error('The vendor did not start.');
  return {
    url: first.url,
    async counts() {
      const answer = await ask('counts');
      if (answer.type !== 'counts') throw new Error('The vendor lost its count.');
      return answer;
    },
    [Symbol.asyncDispose]: () => end(child),
  };
}

export interface GatewayProcess extends AsyncDisposable {
  readonly url: string;
  /** Resident memory in bytes. Linux only. */
  rssBytes(): Promise<number>;
}

/** The gateway as `npm start` runs it, in front of one Power BI account. */
export async function startGatewayProcess(vendorUrl: string): Promise<GatewayProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-bench-'));
  const config = join(folder, 'waybill.yaml');
  const account = {
    key: 'bi',
    vendor: 'power-bi',
    baseUrl: `${vendorUrl}/v1.0/myorg`,
    credential: { type: 'bearer', token: 'bench' },
  };
  await writeFile(config, JSON.stringify({ server: { port: 0 }, accounts: [account] }));
  const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'serve', '--config', config], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return {
    url: await readUrl(child),
    async rssBytes() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
    },
    async [Symbol.asyncDispose]() {
      await end(child);
      await rm(folder, { recursive: true });
    },
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

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
