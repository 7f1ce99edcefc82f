import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { closestName } from '../../yaml/closest.ts';
import { CommandError } from '../command-error.ts';
import { isTerminal } from '../display/display.ts';
import { toTerminalText } from '../display/terminal-text.ts';
import { EXIT } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import { toShellText } from '../shell-words.ts';
import type { NeededVariable } from './declared-account.ts';
import { FIRST_ACCOUNTS, type FirstMode, toFirstConfig } from './first-config.ts';

const FIRST_VENDORS = [...FIRST_ACCOUNTS.keys()];

export interface InitOptions {
  readonly file: string;
  readonly vendor?: readonly string[];
  readonly access?: FirstMode;
}

/** `waybill init`: writes a first configuration, and says what to do next. @returns the exit code @throws CommandError */
export async function init(options: InitOptions, io: CommandIo): Promise<number> {
  const path = resolve(io.cwd, options.file);
  if (existsSync(path)) throw toThereAlready(options.file);
  const { vendors, mode } = options.vendor === undefined ? await ask(options, io) : toAnswers(options);
  const { text, variables } = toFirstConfig({ vendors, mode, schema: findSchema(dirname(path)) });
  await write(path, options.file, text);
  io.stdout.write(toNextSteps({ file: options.file, vendors, mode, variables }));
  return EXIT.succeeded;
}

interface Answers {
  readonly vendors: readonly string[];
  readonly mode: FirstMode;
}

function toAnswers({ vendor = [], access = 'open' }: InitOptions): Answers {
  return { vendors: [...new Set(vendor.map(toVendor))], mode: access };
}

/** @throws CommandError */
function toVendor(text: string): string {
  const vendor = FIRST_VENDORS.find((id) => id === text);
  if (vendor !== undefined) return vendor;
  const closest = closestName(text, FIRST_VENDORS);
  const hint = closest === undefined ? '' : ` Did you mean ${closest}?`;
  const message = `${toTerminalText(text)} is no vendor: --vendor is one of ${FIRST_VENDORS.join(', ')}.${hint}`;
  throw new CommandError(EXIT.usage, message);
}

/** @throws CommandError where nobody can be asked, or the person goes away */
async function ask({ access }: InitOptions, io: CommandIo): Promise<Answers> {
  if (io.stdin.isTTY !== true || !isTerminal(io.stderr, io)) {
    const vendors = FIRST_VENDORS.map((id) => `--vendor ${id}`).join(', ');
    throw new CommandError(EXIT.usage, `Which vendors? Give one or more of ${vendors}.`);
  }
  const { isCancel, multiselect, select } = await import('@clack/prompts');
  const streams = { input: io.stdin as NodeJS.ReadStream, output: io.stderr as NodeJS.WriteStream };
  const vendors = await multiselect({
    message: 'Which vendors do you have accounts at?',
    options: [...FIRST_ACCOUNTS].map(([id, { name }]) => ({ value: id, label: name, hint: id })),
    required: true,
    ...streams,
  });
  if (isCancel(vendors)) throw new CommandError(EXIT.interrupted, '');
  const mode =
    access ??
    (await select<FirstMode>({
      message: 'Who may ask the gateway?',
      options: [
        { value: 'open', label: 'whoever is on this machine', hint: 'access.mode: open' },
        { value: 'keys', label: 'callers with a key', hint: 'access.mode: keys' },
      ],
      ...streams,
    }));
  if (isCancel(mode)) throw new CommandError(EXIT.interrupted, '');
  return { vendors, mode };
}

/** @throws CommandError */
async function write(path: string, file: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw toThereAlready(file);
    const fault = code === 'ENOENT' ? 'its folder is not there' : `it cannot be written (${code})`;
    throw new CommandError(EXIT.usage, `${toTerminalText(file)}: ${fault}. Nothing was written.`);
  }
}

function toThereAlready(file: string): CommandError {
  const message = `${toTerminalText(file)} is there already: nothing was written. --file names another one.`;
  return new CommandError(EXIT.usage, message);
}

const SERVED_SCHEMA = 'http://127.0.0.1:4000/config.schema.json';

/** The JSON Schema of an installed package, by its way from the file; else where a running gateway serves it. */
function findSchema(folder: string): string {
  const name = 'waybill.schema.json';
  if (existsSync(join(folder, name))) return `./${name}`;
  for (let place = folder; ; place = dirname(place)) {
    const installed = join(place, 'node_modules', 'waybill', name);
    if (existsSync(installed)) return toRelativeUrl(folder, installed);
    if (dirname(place) === place) return SERVED_SCHEMA;
  }
}

function toRelativeUrl(folder: string, target: string): string {
  const path = relative(folder, target).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
}

function toNextSteps({
  file,
  vendors,
  mode,
  variables,
}: Answers & { readonly file: string; readonly variables: readonly NeededVariable[] }): string {
  const names = vendors.map((vendor) => FIRST_ACCOUNTS.get(vendor)?.name).join(', ');
  const width = Math.max(...variables.map(({ name }) => name.length));
  const config = toShellText(['--config', file]) ?? '--config FILE';
  return `Wrote ${toTerminalText(file)}: ${names}; access mode ${mode}.

1. Set these variables where the gateway runs:
${variables.map(({ name, holds }) => `     ${name.padEnd(width)}  ${holds}\n`).join('')}
2. Look whether all is well, and whether the vendors take the credentials:
     waybill check ${config} --live

3. Run it:
     waybill serve ${config}
`;
}
