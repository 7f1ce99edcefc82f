import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, scratch, startProcess, TARGET_CORE } from './processes.ts';

/** A server under measurement, on its own core. */
export interface Target extends AsyncDisposable {
  readonly name: string;
  readonly process: Child;
  /** Where operations are sent. */
  readonly url: string;
  readonly authorization: string;
}

/** `baseline` is another checkout of Waybill. */
export const TARGET_NAMES = [
  'bare',
  'waybill',
  'baseline',
  'mercurius',
  'yoga-undici',
  'yoga-fetch',
  'apollo',
  'hive',
] as const;

export type TargetName = (typeof TARGET_NAMES)[number];

/** Peers of single rows. */
export type PeerScript = 'live-yoga' | 'live-bare' | 'fetch-loop';

export interface TargetSettings {
  readonly vendorUrl: string;
  /** To each vendor at most. */
  readonly connections: number;
  readonly pollMs?: number;
  /** Of the exports that a loop without callers polls. */
  readonly exports?: number;
  readonly timeoutMs?: number;
  /** Lets the run ask for memory after garbage collection. */
  readonly canCollect?: boolean;
}

/** What the run was told about the servers. */
export interface Builds {
  readonly node: string;
  readonly waybill: string;
  readonly baseline: string | undefined;
}

const CALLER_KEY = 'bench-caller-key-0123456789abcdef';
const AUTHORIZATION = `Bearer ${CALLER_KEY}`;
const POLL_MS = 3_600_000;

/** @param name - one of the servers, or another script among the peers */
export async function startTarget(
  name: TargetName | PeerScript,
  builds: Builds,
  settings: TargetSettings,
): Promise<Target> {
  const monitor = new URL('monitor.js', import.meta.url).href;
  const process = startProcess({
    name,
    node: builds.node,
    args: [
      ...(settings.canCollect ? ['--expose-gc'] : []),
      '--import',
      monitor,
      ...toArguments(name, builds, settings),
    ],
    core: TARGET_CORE,
  });
  const [, origin = ''] = await process.waitForOutput(/listening on (http:\/\/[^\s/]+)/);
  return {
    name,
    process,
    url: `${origin}/graphql`,
    authorization: AUTHORIZATION,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

function toArguments(name: string, builds: Builds, settings: TargetSettings): readonly string[] {
  if (name === 'waybill' || name === 'baseline') {
    const folder = name === 'waybill' ? builds.waybill : builds.baseline;
    if (folder === undefined) throw new Error('There is no baseline to start: --baseline names its folder.');
    return [mainOf(folder), 'serve', '--config', writeConfig(settings)];
  }
  return [fileURLToPath(new URL(`../peers/${name}.js`, import.meta.url)), JSON.stringify(settings)];
}

/** Where a checkout's program is built; in an older one it is one folder higher. */
function mainOf(checkout: string): string {
  const main = join(checkout, 'dist/src/main.js');
  return existsSync(main) ? main : join(checkout, 'dist/main.js');
}

let configs = 0;

/**
 * Waybill as it runs in production: callers with keys, limits, deadlines, metrics, log lines, masking.
 *
 * What is raised are numbers only: what a caller may ask for in a minute, and what an account may ask of its vendor.
 */
function writeConfig({
  vendorUrl,
  connections,
  pollMs = POLL_MS,
  timeoutMs = 10_000,
}: TargetSettings): string {
  configs += 1;
  const file = join(scratch, `waybill-${configs}.yaml`);
  const account = {
    tenant: 'bench',
    limits: { requestsPerSecond: 10_000, maxConcurrent: Math.min(connections, 1_000), timeoutMs },
    polling: { minMs: pollMs, maxMs: pollMs },
  };
  const key = { type: 'api-key', apiKey: 'bench-vendor-key' };
  const token = { type: 'bearer', token: 'bench-vendor-token' };
  const config = {
    server: { host: '127.0.0.1', port: 0, mode: 'production' },
    access: { mode: 'keys', keys: [{ name: 'bench', key: CALLER_KEY, tenant: 'bench' }] },
    files: { linkSecret: 'a-secret-of-more-than-thirty-two-bytes' },
    limits: { operationsPerMinute: 1_000_000_000, locatorsPerMinute: 1_000_000_000 },
    accounts: [
      {
        ...account,
        key: 'bi',
        vendor: 'power-bi',
        baseUrl: `${vendorUrl}/power-bi/v1.0/myorg`,
        credential: token,
      },
      {
        ...account,
        key: 'hi',
        vendor: 'hi-energy',
        baseUrl: `${vendorUrl}/hi-energy/api/v1`,
        credential: key,
      },
      { ...account, key: 'desk', vendor: 'talkdesk', baseUrl: `${vendorUrl}/talkdesk`, credential: token },
      { ...account, key: 'admit', vendor: 'web-admit', baseUrl: `${vendorUrl}/web-admit`, credential: key },
    ],
  };
  // JSON is YAML too.
  writeFileSync(file, JSON.stringify(config));
  return file;
}
