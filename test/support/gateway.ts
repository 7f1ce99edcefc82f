import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { type Gateway, type GatewayOptions, startGateway } from '../../src/gateway.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Tools } from '../../src/runtime/tools.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';
import { createSeededRandom } from './manual-clock.ts';
import { createRecordingLog, type LogLine } from './tools.ts';

export interface TestGatewayOptions {
  /** Accounts as a configuration file would hold them. */
  readonly accounts?: readonly object[];
  /** Further sections of the configuration: server, access, files, limits. */
  readonly config?: Readonly<Record<string, object>>;
  readonly tools?: Partial<Tools>;
  /** Other times for slow senders than the usual ones. */
  readonly arrival?: GatewayOptions['arrival'];
  /** How operations are run; the product's default where it is left out. */
  readonly executor?: GatewayOptions['executor'];
  /** Where the board says that faults are ordered. */
  readonly faultsUrl?: GatewayOptions['faultsUrl'];
  /** Another store than the configured one. */
  readonly store?: GatewayOptions['store'];
}

export interface GraphQLAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever it asked for
  readonly data: any;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
}

export interface TestGateway extends AsyncDisposable {
  readonly url: string;
  readonly gateway: Gateway;
  readonly log: { readonly lines: readonly LogLine[] };
  /** Asks over HTTP, as a front end would. */
  query(query: string, variables?: object, init?: RequestInit): Promise<GraphQLAnswer>;
}

/** The configuration of a gateway on a free port, from a text like an operator's. */
export function readTestConfig({ accounts = [], config = {} }: TestGatewayOptions): Config {
  const { server, ...sections } = config;
  const text = JSON.stringify({ server: { host: '127.0.0.1', port: 0, ...server }, ...sections, accounts });
  const loaded = loadConfig({ text, env: {} });
  if ('config' in loaded) return loaded.config;
  throw new Error(`The test's configuration is wrong:\n${loaded.problems.join('\n')}`);
}

/** Starts a whole gateway on a free port, from a configuration text like an operator's. */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const { tools = {} } = options;
  const config = readTestConfig(options);
  const log = createRecordingLog(config.server.logLevel);
  const gateway = await startGateway({
    config,
    arrival: options.arrival,
    executor: options.executor,
    store: options.store,
    faultsUrl: options.faultsUrl,
    tools: { clock: systemClock, random: createSeededRandom(1), log, secrets: createSecrets(), ...tools },
  });
  return {
    url: gateway.url,
    gateway,
    log,
    query: (query, variables, init) => ask(gateway.url, query, variables, init),
    [Symbol.asyncDispose]: () => gateway.drain(),
  };
}

async function ask(
  url: string,
  query: string,
  variables?: object,
  init: RequestInit = {},
): Promise<GraphQLAnswer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    body: JSON.stringify({ query, variables }),
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
  });
  const body = (await response.json()) as Partial<Pick<GraphQLAnswer, 'data' | 'errors'>>;
  return { status: response.status, headers: response.headers, data: body.data, errors: body.errors ?? [] };
}
