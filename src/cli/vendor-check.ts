import type { VendorDeclaration } from '../vendor-file/declaration.ts';
import { MAX_VENDOR_FILE_BYTES, readVendorFile, type VendorFileProblem } from '../vendor-file/read.ts';
import { boundLines, formatPath, quote } from '../yaml/problem.ts';
import { readTextFile } from '../yaml/read-file.ts';
import { toJsonLine } from './display/json.ts';
import { toTerminalText } from './display/terminal-text.ts';
import { EXIT } from './exit-codes.ts';
import type { CommandIo } from './io.ts';

export interface VendorCheckOptions {
  readonly json?: true;
}

/** A vendor file that was looked at. */
type Checked =
  | { readonly file: string; readonly declaration: VendorDeclaration }
  | { readonly file: string; readonly problems: readonly VendorFileProblem[] }
  | { readonly file: string; readonly fault: { readonly found: string; readonly allowed: string } };

/**
 * `waybill vendor check`: what is wrong with vendor files, each mistake with its line; of a good one, what it says.
 *
 * @returns the exit code
 */
export async function vendorCheck(
  files: readonly string[],
  options: VendorCheckOptions,
  io: CommandIo,
): Promise<number> {
  const checked = files.map((file): Checked => {
    const read = readTextFile(file, MAX_VENDOR_FILE_BYTES);
    if ('fault' in read) {
      return { file, fault: { found: read.fault, allowed: 'a readable YAML file in UTF-8' } };
    }
    if (read.text === null) {
      const bound = `${MAX_VENDOR_FILE_BYTES} bytes`;
      return { file, fault: { found: `more than ${bound}`, allowed: `at most ${bound}` } };
    }
    return { file, ...readVendorFile(read.text, file) };
  });
  for (const each of checked) {
    if (options.json === true) tellAsJson(each, io);
    else tell(each, io);
  }
  return checked.every((each) => 'declaration' in each) ? EXIT.succeeded : EXIT.usage;
}

function tell(checked: Checked, { stdout, stderr }: CommandIo): void {
  if ('declaration' in checked) {
    const [first = '', ...others] = describe(checked).map(toTerminalText);
    stdout.write([first, ...others.map((line) => `  ${line}`), ''].join('\n'));
    return;
  }
  const lines =
    'fault' in checked
      ? [`${quote(checked.file)}: found ${checked.fault.found}, allowed: ${checked.fault.allowed}`]
      : boundLines(checked.problems.map(({ line }) => line));
  for (const line of lines) stderr.write(`${line}\n`);
}

function tellAsJson(checked: Checked, { stdout }: CommandIo): void {
  const { file } = checked;
  if ('declaration' in checked) {
    stdout.write(toJsonLine({ type: 'vendor', file, ...toSummary(checked.declaration) }));
    return;
  }
  const problems =
    'fault' in checked
      ? [{ line: null, key: null, ...checked.fault }]
      : checked.problems.map(({ place, path, found, allowed }) => ({
          line: place.line,
          key: path.length === 0 ? null : formatPath(path),
          found,
          allowed,
        }));
  for (const problem of problems) stdout.write(toJsonLine({ type: 'problem', file, ...problem }));
}

/** What a vendor file comes to. */
interface Summary {
  readonly id: string;
  readonly name: string;
  readonly locator: string;
  readonly credentials: readonly string[];
  readonly capabilities: readonly string[];
  readonly words: number;
  readonly settings: readonly string[];
}

function toSummary(declaration: VendorDeclaration): Summary {
  const { id, name, credentials, status, list, start, cancel, files, callback, settings } = declaration;
  const kinds = Object.keys(credentials);
  const isBrought = kinds.includes('api-key') || kinds.includes('bearer');
  return {
    id,
    name,
    locator: toLocatorForm(declaration),
    credentials: isBrought ? [...kinds, 'caller'] : kinds,
    capabilities: [
      'read',
      ...(status.batch === null ? [] : [`read ${status.batch.max} in one call`]),
      ...(status.further ? ['read further'] : []),
      ...(list === null ? [] : ['list']),
      ...(start === null ? [] : ['start']),
      ...(cancel === null ? [] : ['cancel']),
      ...[...new Set(files.map(({ kind }) => `files by ${kind}`))],
      ...(callback === null ? [] : ['callback']),
    ],
    words: Object.keys(status.words).length,
    settings: Object.keys(settings),
  };
}

/** `acme-reports:[PROJECT_ID/]JOB_ID` */
export function toLocatorForm({ id, locator }: VendorDeclaration): string {
  const names = Object.entries(locator);
  const ids = names.map(([name, { isOptional }], index) => {
    const word = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
    const part = index < names.length - 1 ? `${word}/` : word;
    return isOptional ? `[${part}]` : part;
  });
  return `${id}:${ids.join('')}`;
}

function describe({ file, declaration }: Extract<Checked, { declaration: unknown }>): readonly string[] {
  const { name, locator, credentials, capabilities, words, settings } = toSummary(declaration);
  return [
    `${file} is good: ${name}, ${locator}`,
    `credentials: ${credentials.join(', ')}`,
    `can: ${capabilities.join(', ')}`,
    `status words: ${words}`,
    ...(settings.length === 0 ? [] : [`settings: ${settings.join(', ')}`]),
  ];
}
