import { loadConfig } from '../config/load.ts';
import type { ProcessEnvironment } from '../config/process-environment.ts';
import { systemClock, systemRandom } from '../export/clock.ts';
import { createSecrets } from '../export/secrets.ts';
import { createLog } from '../log.ts';
import { type Gateway, startGateway } from '../server.ts';
import { logCrashes } from './crash.ts';
import { EXIT } from './exit-codes.ts';
import { drainOnSignal } from './signals.ts';

/** `waybill serve`: the gateway alone, with real accounts. Resolves with the exit code where it cannot start. */
export async function serve(
  configFile: string | undefined,
  environment: ProcessEnvironment,
): Promise<number | undefined> {
  const file = configFile ?? environment.configFile;
  if (file === undefined) {
    console.error(
      'No configuration: name a file with --config FILE or WAYBILL_CONFIG. waybill.example.yaml shows one.',
    );
    return EXIT.usage;
  }
  const loaded = loadConfig({ file, env: environment.variables });
  if ('problems' in loaded) {
    for (const problem of loaded.problems) console.error(problem);
    return EXIT.usage;
  }
  const secrets = createSecrets();
  const log = createLog(secrets, loaded.config.server.logLevel);
  const tools = { clock: systemClock, random: systemRandom, log, secrets };
  logCrashes(tools.log);
  const gateway = await startGateway({ config: loaded.config, tools });
  announce(gateway);
  drainOnSignal(() => gateway.drain());
  return undefined;
}

/** The one line that scripts wait for. */
export function announce(gateway: Gateway): void {
  console.log(`waybill listening on ${gateway.url}`);
}
