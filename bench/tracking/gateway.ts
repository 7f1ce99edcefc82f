import { loadConfig } from '../../src/config/load.ts';
import { startGateway } from '../../src/gateway.ts';
import { systemClock, systemRandom } from '../../src/runtime/clock.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';
import { readSettings } from '../fan-out/child.ts';
import { serveMeasurements } from '../fan-out/measured-server.ts';

/** A gateway whose memory can be asked for after a full collection. */
const loaded = loadConfig({ text: readSettings<{ readonly config: string }>().config, env: {} });
if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
const secrets = createSecrets();
const log = createLog(secrets, loaded.config.server.logLevel);
const gateway = await startGateway({
  config: loaded.config,
  tools: { clock: systemClock, random: systemRandom, log, secrets },
});
serveMeasurements({ url: () => gateway.url });
