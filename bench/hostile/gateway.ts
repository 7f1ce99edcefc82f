import { randomBytes } from 'node:crypto';
import { loadConfig } from '../../src/config/load.ts';
import { startGateway } from '../../src/gateway.ts';
import { systemClock, systemRandom } from '../../src/runtime/clock.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';
import { readSettings, serveCommands } from '../fan-out/child.ts';
import { watchLoop } from './probe.ts';

/** What one gateway is started with. */
export interface HostileGatewaySettings {
  readonly vendorUrl: string;
  readonly key: string;
}

/** Waybill as an operator would run it, its loop watched. */
const { vendorUrl, key } = readSettings<HostileGatewaySettings>();
const loaded = loadConfig({
  text: JSON.stringify({
    server: { host: '127.0.0.1', port: 0, mode: 'production' },
    access: { mode: 'keys', keys: [{ name: 'bench', key }] },
    limits: { operationsPerMinute: 1_000_000, locatorsPerMinute: 1_000_000 },
    accounts: [
      {
        key: 'hi',
        vendor: 'hi-energy',
        baseUrl: `${vendorUrl}/hi`,
        credential: { type: 'api-key', apiKey: 'bench-key' },
        limits: { requestsPerSecond: 10_000, maxConcurrent: 100 },
      },
      {
        key: 'admit',
        vendor: 'web-admit',
        baseUrl: `${vendorUrl}/admit`,
        credential: { type: 'api-key', apiKey: 'bench-key' },
        limits: { requestsPerSecond: 10_000, maxConcurrent: 100 },
      },
    ],
  }),
  env: {},
});
if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));

const secrets = createSecrets();
const log = createLog(secrets, 'info', () => undefined);
const gateway = await startGateway({
  config: loaded.config,
  tools: { clock: systemClock, random: systemRandom, log, secrets },
});
const probe = watchLoop();

serveCommands({
  url: () => gateway.url,
  reset: () => probe.reset(),
  longest: () => probe.longest(),
  heap: () => {
    globalThis.gc?.();
    const { heapUsed, external, rss } = process.memoryUsage();
    return { heapBytes: heapUsed + external, rssBytes: rss };
  },
  learnSecrets: (count: number) => {
    // As tokens are: alike at the beginning, of their own at the end.
    for (let n = 0; n < count; n += 1)
      secrets.addPassing(`eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.${randomBytes(600).toString('base64url')}`);
  },
  maskText: (bytes: number) =>
    secrets.mask('{"level":"info","msg":"a line of a log"}\n'.repeat(bytes / 41)).length,
});
