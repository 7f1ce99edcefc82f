import type { ConfigProblem } from '../config/load.ts';
import type { PlacedAnswer } from './check-config.ts';
import { CommandError } from './command-error.ts';
import { toJsonLine } from './display/json.ts';
import { toTerminalText } from './display/terminal-text.ts';
import { EXIT } from './exit-codes.ts';
import type { CommandIo } from './io.ts';
import type { LiveAnswer } from './live-check.ts';

export interface CheckOptions {
  readonly config?: string;
  readonly live?: true;
  readonly json?: true;
}

const NO_FILE =
  'No configuration: name a file with --config FILE or WAYBILL_CONFIG. `waybill init` writes a first one.';

/** `waybill check`: what is wrong with a configuration, and with `--live` what the vendors say. @returns the exit code @throws CommandError */
export async function check(options: CheckOptions, io: CommandIo): Promise<number> {
  const file = options.config ?? io.environment.configFile;
  if (file === undefined) throw new CommandError(EXIT.usage, NO_FILE);
  // With `serve`, so that the build has one copy of what reads configurations, and `serve` no more files to read.
  const { checkConfig } = await import('./serve.ts');
  const checked = await checkConfig(file, io.environment.variables);
  const isJson = options.json === true;
  if ('problems' in checked) {
    if (isJson) for (const problem of checked.problems) io.stdout.write(toJsonLine(toFields(problem, file)));
    else for (const line of checked.lines) io.stderr.write(`${line}\n`);
    return EXIT.usage;
  }
  if (!isJson) {
    io.stdout.write(`${toTerminalText(file)} is good: ${checked.summary}.\n`);
    for (const warning of checked.warnings) io.stderr.write(`${warning}\n`);
  }
  if (options.live !== true) return EXIT.succeeded;
  const answers = await checked.askVendors(io);
  for (const each of answers) tell(each, isJson, io);
  return answers.some(({ answer }) => answer.status === 'failed') ? EXIT.usage : EXIT.succeeded;
}

function toFields({ place, key, found, allowed }: ConfigProblem, file: string): object {
  const { line = null, column = null } = place ?? {};
  return { type: 'problem', file, line, column, key, found, allowed };
}

function tell({ answer, placed }: PlacedAnswer, isJson: boolean, { stdout, stderr }: CommandIo): void {
  if (isJson) {
    stdout.write(toJsonLine({ type: 'account', ...answer }));
    return;
  }
  const sentence = toTerminalText(toSentence(answer));
  if (answer.status === 'failed') stderr.write(`${placed(sentence)}\n`);
  else stdout.write(`${sentence}\n`);
}

function toSentence({ account, vendor, status, durationMs, code, message }: LiveAnswer): string {
  const who = `${account} (${vendor})`;
  if (status === 'skipped') return `${who}: not asked, because each caller brings its own token.`;
  if (status === 'answered') return `${who}: answered in ${durationMs} ms, and took the credential.`;
  return `${who}: ${code}. ${message}`;
}
