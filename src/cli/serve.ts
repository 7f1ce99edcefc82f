import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { loadConfig } from '../config/load.ts';
import type { ProcessEnvironment } from '../config/process-environment.ts';
import { secretValues } from '../config/secret-values.ts';
import { type Gateway, startGateway } from '../gateway.ts';
import { systemClock, systemRandom } from '../runtime/clock.ts';
import type { Log } from '../runtime/tools.ts';
import { createLog } from '../telemetry/log.ts';
import { createSecrets, SHORTEST_MASKED } from '../telemetry/secrets.ts';
import { logCrashes, logStrayOutput } from './crash.ts';
import { EXIT } from './exit-codes.ts';
import { FileWatch } from './file-watch.ts';
import { toListenProblem } from './listen-problem.ts';
import { type ReloadReason, reloadConfig } from './reload.ts';
import { drainOnSignal } from './signals.ts';

export { checkConfig } from './check-config.ts';

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
  // Before the file is read: what is written from now on is noticed.
  const watch = await FileWatch.of(file);
  let reload = (_reason: ReloadReason): void => undefined;
  process.on('SIGHUP', () => void watch.acknowledge().then(() => reload('SIGHUP')));
  const env = environment.variables;
  const loaded = loadConfig({ file, env });
  if ('problems' in loaded) return refuse(loaded.problems);
  await watch.follow(loaded.config.vendorFiles);
  const secrets = createSecrets();
  const log = createLog(secrets, loaded.config.server.logLevel);
  const tools = { clock: systemClock, random: systemRandom, log, secrets };
  logCrashes(tools.log);
  warnOfShortSecrets(loaded.config, log);
  const { metricsPort } = loaded.config.server;
  const gateway = await startGateway({ config: loaded.config, tools }).catch((error: unknown) => {
    if (error instanceof ConfigError) return error;
    watch.close();
    throw toListenProblem(error, (port) =>
      port === metricsPort
        ? 'choose another server.metricsPort'
        : 'choose another server.port or server.host',
    );
  });
  if ('problems' in gateway) {
    return refuse(gateway.problems.map((line) => loaded.placed(gateway.path, line)));
  }
  logStrayOutput(log);
  const onLoaded = (config: Config) => void watch.follow(config.vendorFiles);
  reload = (reason) => reloadConfig({ gateway, file, env, log, onLoaded }, reason);
  watch.start(systemClock, () => reload('file change'));
  drainOnSignal(() => {
    watch.close();
    return gateway.drain();
  });
  // A script may send the signal as soon as it has read this.
  announce(gateway);
  return undefined;
}

/** They work, but nothing can be promised of them. */
function warnOfShortSecrets(config: Config, log: Log): void {
  const count = secretValues(config).filter(({ length }) => length < SHORTEST_MASKED).length;
  if (count === 0) return;
  log.warn(
    { count },
    `Secrets of less than ${SHORTEST_MASKED} characters cannot be masked in logs and errors: use longer ones.`,
  );
}

/** One line for each problem. */
function refuse(problems: readonly string[]): number {
  for (const problem of problems) console.error(problem);
  return EXIT.usage;
}

/** The one line that scripts wait for. */
export function announce(gateway: Gateway): void {
  console.log(`waybill listening on ${gateway.url}`);
}
