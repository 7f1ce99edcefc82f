import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { type ConfigProblem, inspectConfig, type LoadedConfig } from '../config/load.ts';
import { boundLines } from '../config/problem.ts';
import { secretValues } from '../config/secret-values.ts';
import { createSchema } from '../graphql/schema.ts';
import { createSecrets, SHORTEST_MASKED } from '../telemetry/secrets.ts';
import { trustDocuments } from '../trusted.ts';
import { toJsonLine } from './display/json.ts';
import { toTerminalText } from './display/terminal-text.ts';
import { EXIT } from './exit-codes.ts';
import type { CommandIo } from './io.ts';
import { askVendors, type LiveAnswer } from './live-check.ts';

export interface CheckOptions {
  readonly config?: string;
  readonly live?: true;
  readonly json?: true;
}

/** `waybill check`: what is wrong with a configuration, and with `--live` what the vendors say. @returns the exit code */
export async function check(options: CheckOptions, io: CommandIo): Promise<number> {
  const file = options.config ?? io.environment.configFile;
  const inspected = inspectConfig({ file, env: io.environment.variables });
  const loaded = 'config' in inspected ? await checkDocuments(inspected) : inspected;
  if ('problems' in loaded) return tellProblems(loaded.problems, file, options, io);
  const { config } = loaded;
  if (options.json !== true) {
    io.stdout.write(`${toTerminalText(file ?? '')} is good: ${describe(config)}.\n`);
    warn(config, io);
  }
  return options.live === true ? askLive(loaded, options, io) : EXIT.succeeded;
}

/** Whether the documents that alone are answered are documents of the schema; `serve` looks at them too. */
async function checkDocuments(
  loaded: LoadedConfig,
): Promise<LoadedConfig | { readonly problems: readonly ConfigProblem[] }> {
  if (loaded.config.server.trustedDocuments === undefined) return loaded;
  try {
    await trustDocuments(loaded.config, createSchema());
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

function tellProblems(
  problems: readonly ConfigProblem[],
  file: string | undefined,
  { json }: CheckOptions,
  { stdout, stderr }: CommandIo,
): number {
  if (json === true) {
    for (const { place, key, found, allowed } of problems)
      stdout.write(
        toJsonLine({ type: 'problem', file: file ?? null, ...(place ?? NOWHERE), key, found, allowed }),
      );
  } else {
    for (const line of boundLines([...new Set(problems.map((problem) => problem.line))]))
      stderr.write(`${line}\n`);
  }
  return EXIT.usage;
}

const NOWHERE = { line: null, column: null };

/** `2 accounts (hi, bi), access mode keys, store sqlite` */
function describe({ accounts, access, store }: Config): string {
  const keys = accounts.map(({ key }) => key).slice(0, MAX_KEYS);
  const more = accounts.length > keys.length ? ', …' : '';
  const named = keys.length === 0 ? '' : ` (${keys.join(', ')}${more})`;
  const count = `${accounts.length} account${accounts.length === 1 ? '' : 's'}`;
  return `${count}${named}, access mode ${access.mode}, store ${store.kind}`;
}

const MAX_KEYS = 20;

/** What works, and what somebody should know all the same. */
function warn(config: Config, { stderr }: CommandIo): void {
  if (secretValues(config).some(({ length }) => length < SHORTEST_MASKED)) {
    stderr.write(
      `Secrets of less than ${SHORTEST_MASKED} characters cannot be masked in logs and errors: use longer ones.\n`,
    );
  }
}

async function askLive(
  { config, placed }: LoadedConfig,
  { json }: CheckOptions,
  io: CommandIo,
): Promise<number> {
  const secrets = createSecrets();
  for (const secret of secretValues(config)) secrets.add(secret);
  const answers = await askVendors(config.accounts, { clock: io.clock, random: io.random, secrets });
  for (const [index, answer] of answers.entries()) {
    if (json === true) io.stdout.write(toJsonLine({ type: 'account', ...answer }));
    else if (answer.status !== 'failed') io.stdout.write(`${toTerminalText(toSentence(answer))}\n`);
    else
      io.stderr.write(
        `${placed(['accounts', index], `accounts[${index}]: ${toTerminalText(toSentence(answer))}`)}\n`,
      );
  }
  return answers.some(({ status }) => status === 'failed') ? EXIT.usage : EXIT.succeeded;
}

function toSentence({ account, vendor, status, durationMs, code, message }: LiveAnswer): string {
  const who = `${account} (${vendor})`;
  if (status === 'skipped') return `${who}: not asked, because each caller brings its own token.`;
  if (status === 'answered') return `${who}: answered in ${durationMs} ms, and took the credential.`;
  return `${who}: ${code}. ${message}`;
}
