import { STORES_OF_THEIR_OWN } from '../config/backplane-rules.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { type ConfigProblem, inspectConfig, type LoadedConfig } from '../config/load.ts';
import type { EnvironmentVariables } from '../config/process-environment.ts';
import { secretValues } from '../config/secret-values.ts';
import { createSchema } from '../graphql/schema.ts';
import { createSecrets, SHORTEST_MASKED } from '../telemetry/secrets.ts';
import { trustDocuments } from '../trusted.ts';
import { boundLines } from '../yaml/problem.ts';
import { askVendors, type LiveAnswer, type LiveTools } from './live-check.ts';

/** What is wrong with a configuration, or what it comes to. */
export type CheckedConfig =
  | {
      readonly problems: readonly ConfigProblem[];
      /** As `serve` prints them. */
      readonly lines: readonly string[];
    }
  | {
      /** `2 accounts (hi, bi), access mode keys, store sqlite` */
      readonly summary: string;
      /** What works, and what somebody should know all the same. */
      readonly warnings: readonly string[];
      /** Asks each account's vendor once; every answer comes with its line about the account, placed. */
      askVendors(tools: LiveTools): Promise<readonly PlacedAnswer[]>;
    };

export interface PlacedAnswer {
  readonly answer: LiveAnswer;
  /** Puts in front of a sentence where the account stands. */
  readonly placed: (sentence: string) => string;
}

/** Reads a configuration as `serve` does, and everything that it names; starts nothing. */
export async function checkConfig(
  file: string | undefined,
  env: EnvironmentVariables,
): Promise<CheckedConfig> {
  const inspected = inspectConfig({ file, env });
  const loaded = 'config' in inspected ? await checkDocuments(inspected) : inspected;
  if ('problems' in loaded) {
    const { problems } = loaded;
    return { problems, lines: boundLines([...new Set(problems.map(({ line }) => line))]) };
  }
  const { config, placed } = loaded;
  return {
    summary: describe(config),
    warnings: warningsOf(config),
    async askVendors(tools) {
      const secrets = createSecrets();
      for (const secret of secretValues(config)) secrets.add(secret);
      const answers = await askVendors(config, { ...tools, secrets });
      return answers.map((answer, index) => ({
        answer,
        placed: (sentence) => placed(['accounts', index], `accounts[${index}]: ${sentence}`),
      }));
    },
  };
}

/** Whether the documents that alone are answered are documents of the schema; `serve` looks at them too. */
async function checkDocuments(
  loaded: LoadedConfig,
): Promise<LoadedConfig | { readonly problems: readonly ConfigProblem[] }> {
  if (loaded.config.server.trustedDocuments === undefined) return loaded;
  try {
    await trustDocuments(loaded.config, createSchema({ isSubgraph: loaded.config.server.federation }));
    return loaded;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { problems: error.problems.map((line) => toProblem(line, error, loaded)) };
  }
}

function toProblem(line: string, { path }: ConfigError, { placed, placeOf }: LoadedConfig): ConfigProblem {
  const [, key = null, found = line, allowed = ''] = /^(.+?): found (.*), allowed: (.*?)$/s.exec(line) ?? [];
  return { place: placeOf(path), key, found, allowed, line: placed(path, line) };
}

const MAX_KEYS = 20;

function describe({ accounts, access, store, backplane }: Config): string {
  const keys = accounts.map(({ key }) => key).slice(0, MAX_KEYS);
  const more = accounts.length > keys.length ? ', …' : '';
  const named = keys.length === 0 ? '' : ` (${keys.join(', ')}${more})`;
  const count = `${accounts.length} account${accounts.length === 1 ? '' : 's'}`;
  const shared = backplane.kind === 'memory' ? '' : `, backplane ${backplane.kind}`;
  return `${count}${named}, access mode ${access.mode}, store ${store.kind}${shared}`;
}

function warningsOf(config: Config): readonly string[] {
  const { store, backplane } = config;
  const areShort = secretValues(config).some(({ length }) => length < SHORTEST_MASKED);
  return [
    ...(areShort
      ? [
          `Secrets of less than ${SHORTEST_MASKED} characters cannot be masked in logs and errors: use longer ones.`,
        ]
      : []),
    ...(store.kind === 'memory' && backplane.kind !== 'memory' ? [STORES_OF_THEIR_OWN] : []),
  ];
}
