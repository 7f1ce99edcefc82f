/** Variables by name, as `process.env` holds them. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** What the commands read from the environment, beside what a configuration file takes from it by `${NAME}`. */
export interface ProcessEnvironment {
  /** Every variable, for `loadConfig`. */
  readonly variables: EnvironmentVariables;
  /** `PORT`, the gateway's port in the demo and the simulators' own; 4000 where it is not set. Never a key of a configuration file. */
  readonly port: number;
  /** `WAYBILL_CONFIG`: the configuration file where `--config` does not name one. */
  readonly configFile: string | undefined;
  /** `WAYBILL_URL`: the gateway that `watch` and its like ask. */
  readonly url: string | undefined;
  /** `WAYBILL_TOKEN`: what they prove themselves with. A secret. */
  readonly token: string | undefined;
  /** One line where `PORT` is no port; only for commands that use it. */
  readonly problems: readonly string[];
}

const DEFAULT_PORT = 4000;

/** Reads the environment: the one place in the source that does. A variable set to nothing counts as not set. */
export function readEnvironment(variables: EnvironmentVariables = process.env): ProcessEnvironment {
  const port = parsePort(variables.PORT);
  return {
    variables,
    port: port ?? DEFAULT_PORT,
    configFile: variables.WAYBILL_CONFIG || undefined,
    url: variables.WAYBILL_URL || undefined,
    token: variables.WAYBILL_TOKEN || undefined,
    problems: port === undefined ? ['PORT: found a string, allowed: a whole number from 0 to 65535'] : [],
  };
}

function parsePort(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return DEFAULT_PORT;
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port <= 65_535 ? port : undefined;
}
