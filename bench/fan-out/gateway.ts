import { loadConfig } from '../../src/config/load.ts';
import { startGateway } from '../../src/gateway.ts';
import { systemClock, systemRandom } from '../../src/runtime/clock.ts';
import type { Log } from '../../src/runtime/tools.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';
import { readSettings } from './child.ts';
import { serveMeasurements } from './measured-server.ts';
import type { ServerSettings } from './server-settings.ts';

/** Waybill as an operator would run it, one account per vendor of the run. */
const { listingUrl, plainUrl, pollMs } = readSettings<ServerSettings>();
const account = { polling: { minMs: pollMs, maxMs: pollMs }, limits: { requestsPerSecond: 10_000 } };
const loaded = loadConfig({
  text: JSON.stringify({
    server: { host: '127.0.0.1', port: 0, mode: 'production' },
    accounts: [
      {
        ...account,
        key: 'listing',
        vendor: 'hi-energy',
        baseUrl: listingUrl,
        credential: { type: 'api-key', apiKey: 'bench' },
      },
      {
        ...account,
        key: 'plain',
        vendor: 'power-bi',
        baseUrl: plainUrl,
        credential: { type: 'bearer', token: 'bench' },
      },
    ],
  }),
  env: {},
});
if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));

const ignore = (): void => undefined;
const report = (fields: Readonly<Record<string, unknown>>, message: string): void =>
  console.error(message, fields);
const log: Log = {
  isEnabled: (level) => level === 'error',
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: report,
};
const gateway = await startGateway({
  config: loaded.config,
  tools: { clock: systemClock, random: systemRandom, log, secrets: createSecrets() },
});
serveMeasurements({ url: () => gateway.url.replace('http:', 'ws:') });
