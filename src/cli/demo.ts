import type { Simulators } from '../../simulator/server.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import type { ProcessEnvironment } from '../config/process-environment.ts';
import type { VendorId } from '../export/vendor-id.ts';
import { startGateway } from '../gateway.ts';
import { systemClock, systemRandom } from '../runtime/clock.ts';
import { createLog } from '../telemetry/log.ts';
import { createSecrets } from '../telemetry/secrets.ts';
import { isLoopbackHost } from '../yaml/loopback.ts';
import { logCrashes } from './crash.ts';
import { demoConfig } from './demo-config.ts';
import { demoTabs } from './demo-queries.ts';
import { DemoTraffic } from './demo-traffic.ts';
import { EXIT } from './exit-codes.ts';
import { CHOOSE_PORT, toListenProblem } from './listen-problem.ts';
import { announce } from './serve.ts';
import { drainOnSignal } from './signals.ts';
import { orUsage } from './simulate.ts';

export interface DemoOptions {
  /** Default: `PORT` of the environment. */
  readonly port?: number | undefined;
  /** A name or an address of this machine. */
  readonly host: string;
  /** Ids of vendors, or `all`; default those that are code. */
  readonly vendors?: readonly string[] | undefined;
}

/**
 * `waybill demo`: the vendor simulators, and the gateway in front of them. Resolves with the exit code where it cannot start.
 *
 * @throws CommandError where it cannot listen
 */
export async function demo(
  { port, host, vendors }: DemoOptions,
  environment: ProcessEnvironment,
): Promise<number | undefined> {
  if (port === undefined && environment.problems.length > 0) {
    for (const problem of environment.problems) console.error(problem);
    return EXIT.usage;
  }
  // Only here: a gateway in production has neither the simulators nor what they stand on.
  const { chooseMounts, createDemoOrder, startSimulators } = await import('../../simulator/index.ts');
  const mounts = orUsage(() => chooseMounts(vendors));
  let boardUrl: string | undefined;
  const simulators = await startSimulators({ mounts, boardUrl: () => boardUrl });
  const loaded = loadConfig({ text: demoConfig(simulators, port ?? environment.port), env: {} });
  if ('problems' in loaded) {
    for (const problem of loaded.problems) console.error(problem);
    return EXIT.usage;
  }
  const tabs = demoTabs(simulators.seeds);
  const secrets = createSecrets();
  const log = createLog(secrets, loaded.config.server.logLevel);
  const tools = { clock: systemClock, random: systemRandom, log, secrets };
  logCrashes(tools.log);
  const faultsUrl = `${simulators.url}/_simulator/panel`;
  const config = listeningOn(host, loaded.config);
  const gateway = await startGateway({ config, tools, graphiqlTabs: tabs, faultsUrl }).catch(
    async (error: unknown) => {
      await simulators[Symbol.asyncDispose]();
      throw toListenProblem(error, CHOOSE_PORT);
    },
  );
  boardUrl = `${gateway.url}/`;
  const traffic = new DemoTraffic({
    url: gateway.url,
    // Where there is no list of all exports, what is not tracked would never show.
    tracked: mounts
      .filter(({ isListed }) => isListed === false)
      .flatMap(({ vendor }) => (simulators.seeds[vendor] ?? []).map((job) => ({ vendor, ...job }))),
    vendors: mounts.map(({ vendor }) => vendor),
    createOrder: (vendor) => createDemoOrder(vendor, systemRandom, systemClock.now(), mounts),
    arrange(vendor, words) {
      const fault = simulators.faults.order({ vendor, kind: 'simulate', words, call: 'start' });
      return () => simulators.faults.withdraw(fault);
    },
    ...tools,
  });
  drainOnSignal(async () => {
    await traffic.stop();
    await gateway.drain();
    await simulators[Symbol.asyncDispose]();
  });
  announce(gateway);
  console.log(
    describeDemo(
      gateway.url,
      simulators,
      tabs.map((tab) => tab.query),
    ),
  );
  traffic.start();
  return undefined;
}

/**
 * Open to whoever reaches that address, as no configuration file may have it: all that is to be seen is made up, and a container has no
 * other way to show it.
 */
function listeningOn(host: string, config: Config): Config {
  const { server } = config;
  // A browser is led to a name, not to "every address".
  const isEvery = host === '0.0.0.0' || host === '::';
  const publicUrl = isEvery && server.port !== 0 ? `http://localhost:${server.port}` : server.publicUrl;
  // The simulators' own address is of no use outside.
  const accounts = isLoopbackHost(host)
    ? config.accounts
    : config.accounts.map((account) => ({ ...account, files: 'stream' as const }));
  return { ...config, accounts, server: { ...server, host, publicUrl } };
}

function describeDemo(url: string, simulators: Simulators, [first, second]: readonly string[]): string {
  const counts = Object.entries(simulators.seeds).map(
    ([vendor, jobs]) => `${jobs?.length ?? 0} at ${vendor satisfies string as VendorId}`,
  );
  return `
  The board    ${url}/
  GraphiQL     ${url}/graphql      three tabs are open: press the play button
  Faults       ${simulators.url}/_simulator/panel      order a 429, a 401 or an outage, and see how the board tells it
  Simulators   ${simulators.url}/_simulator      ${counts.join(', ')}

Read exports of all ${counts.length === 4 ? 'four' : counts.length} vendors in one question:

${indent(first ?? '')}

Then watch some of them move, in GraphiQL or over a websocket:

${indent(second ?? '')}

The newest exports, from a terminal:

  curl -s ${url}/graphql -H 'content-type: application/json' \\
    -d '{"query":"{ recentExports(first: 5) { nodes { name status vendor { name } progress { percent } } } }"}'

About every ten seconds another export is started, at each vendor in turn. Ctrl-C ends it all.`;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
