import type { Argument, Command, Option } from 'commander';
import { CODED_VENDOR_IDS } from '../../export/vendor-id.ts';
import { toTerminalText } from '../display/terminal-text.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExportFilter } from '../generated/operations.ts';
import type { CommandIo } from '../io.ts';
import { knownOrderForm } from '../order-arguments.ts';
import { type Candidate, LiveCandidates } from './live.ts';

/** What a shell takes for "names of files". */
const FILES = ':files';

/**
 * `waybill complete -- WORDS…`, which shells ask: prints what may stand in the place of the last word, one a line.
 *
 * @param words - what stands behind `waybill`, up to the cursor; the last one is empty where none was begun
 */
export async function complete(words: readonly string[], program: Command, io: CommandIo): Promise<number> {
  const place = findPlace(words, program);
  const candidates = await toCandidates(place, io);
  if (candidates === FILES) io.stdout.write(`${FILES}\n`);
  else for (const candidate of select(candidates, place)) io.stdout.write(toLine(candidate));
  return EXIT.succeeded;
}

/** Where the cursor is. */
interface Place {
  readonly command: Command;
  readonly current: string;
  /** What stands before the value in the same word, as in `--status=run`. */
  readonly prefix: string;
  /** The option whose value it is. */
  readonly option: Option | undefined;
  /** The command's arguments before it. */
  readonly positionals: readonly string[];
  readonly values: ReadonlyMap<string, string>;
}

function findPlace(words: readonly string[], program: Command): Place {
  const before = words.slice(0, -1);
  const last = words.at(-1) ?? '';
  const positionals: string[] = [];
  const values = new Map<string, string>();
  let command = program;
  let option: Option | undefined;
  for (const word of before) {
    if (option !== undefined) {
      values.set(option.attributeName(), word);
      option = undefined;
      continue;
    }
    const [name = '', value] = splitOption(word);
    const found = findOption(name, command, program);
    if (found !== undefined && takesValue(found)) {
      if (value === undefined) option = found;
      else values.set(found.attributeName(), value);
      continue;
    }
    // `help` is not among the commands: behind it stand their names.
    if (word.startsWith('-') || (word === 'help' && positionals.length === 0)) continue;
    const sub = positionals.length > 0 ? undefined : findCommand(word, command);
    if (sub === undefined) positionals.push(word);
    else command = sub;
  }
  const [name = '', value] = splitOption(last);
  const ofLast = option === undefined && value !== undefined ? findOption(name, command, program) : undefined;
  if (ofLast !== undefined && value !== undefined)
    return { command, positionals, values, option: ofLast, current: value, prefix: `${name}=` };
  return { command, positionals, values, option, current: last, prefix: '' };
}

function splitOption(word: string): readonly [string, string | undefined] {
  const [, name, value] = /^(--[\w-]+)=(.*)$/s.exec(word) ?? [];
  return name === undefined ? [word, undefined] : [name, value];
}

function findOption(name: string, command: Command, program: Command): Option | undefined {
  return [...command.options, ...program.options].find(({ long, short }) => long === name || short === name);
}

function takesValue(option: Option): boolean {
  return option.required || option.optional;
}

function findCommand(word: string, command: Command): Command | undefined {
  return command.commands.find((each) => each.name() === word || each.aliases().includes(word));
}

type Candidates = readonly Candidate[] | typeof FILES;

async function toCandidates(place: Place, io: CommandIo): Promise<Candidates> {
  const { command, current, option, positionals } = place;
  if (option !== undefined) return toValues(option, readPlaceholder(option), place, io);
  if (current.startsWith('-')) return toOptions(command);
  if (command.commands.length > 0 && positionals.length === 0) return toCommands(command);
  const { registeredArguments } = command;
  const argument = registeredArguments[positionals.length] ?? registeredArguments.findLast(isVariadic);
  return argument === undefined ? [] : toValues(argument, argument.name(), place, io);
}

function isVariadic({ variadic }: Argument): boolean {
  return variadic;
}

/** `account` of `--account <account>`. */
function readPlaceholder({ flags }: Option): string {
  return /[<[]([\w-]+)/.exec(flags)?.[1] ?? '';
}

function toOptions(command: Command): readonly Candidate[] {
  const help = command.createHelp();
  const own = [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
  return own.flatMap(({ long, description }) => (long == null ? [] : [{ value: long, description }]));
}

function toCommands(command: Command): readonly Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((each) => ({ value: each.name(), description: each.summary() || each.description() }));
}

function toValues(
  { argChoices }: Argument | Option,
  placeholder: string,
  place: Place,
  io: CommandIo,
): Candidates | Promise<Candidates> {
  if (argChoices !== undefined) return argChoices.map((value) => ({ value }));
  const live = new LiveCandidates(Object.fromEntries(place.values), io);
  return Object.hasOwn(VALUES, placeholder) ? (VALUES[placeholder]?.(place, live) ?? []) : [];
}

/** By what help calls a value. What is not named here, nobody can guess. */
const VALUES: Readonly<
  Record<string, (place: Place, live: LiveCandidates) => Candidates | Promise<Candidates>>
> = {
  locator: toLocators,
  locators: toLocators,
  vendor: toVendors,
  account: (_place, live) => live.accounts(),
  endpoint: (_place, live) => live.endpoints(),
  delivery: (_place, live) => live.retryable(),
  fields: toOrderFields,
  file: () => FILES,
  path: () => FILES,
};

/** Which exports a command can do something with. */
const FILTERS: Readonly<Record<string, ExportFilter>> = {
  watch: { statuses: ['QUEUED', 'RUNNING', 'CANCELING'] },
  cancel: { statuses: ['QUEUED', 'RUNNING', 'UNKNOWN'] },
  download: { statuses: ['QUEUED', 'RUNNING', 'SUCCEEDED'] },
  track: { isTracked: false },
  untrack: { isTracked: true },
};

/** As the gateway's account names it; where that does not fit what was begun, without the account. */
async function toLocators({ command, current, positionals }: Place, live: LiveCandidates) {
  const named = new Set(positionals);
  const all = (await live.locators(FILTERS[command.name()] ?? {})).filter(({ value }) => !named.has(value));
  if (all.some(({ value }) => value.startsWith(current))) return all;
  return all.map(({ value, ...rest }) => ({ ...rest, value: value.slice(value.indexOf('@') + 1) }));
}

/** Those that this version knows, and those that the gateway tells. */
async function toVendors(_place: Place, live: LiveCandidates): Promise<readonly Candidate[]> {
  const told = (await live.vendors()).filter(({ value }) => !CODED.has(value));
  return [...CODED_VENDOR_IDS.map((value) => ({ value })), ...told];
}

const CODED: ReadonlySet<string> = new Set(CODED_VENDOR_IDS);

async function toOrderFields({ positionals: [vendor = '', ...given] }: Place, live: LiveCandidates) {
  const known = knownOrderForm(vendor);
  const names = known === undefined ? await live.orderFields(vendor) : Object.keys(known.fields);
  const fields = names.map((field) => `${field}=`);
  return fields.filter((field) => !given.some((word) => word.startsWith(field))).map((value) => ({ value }));
}

function select(candidates: readonly Candidate[], { current, prefix }: Place): readonly Candidate[] {
  // The last one of a list with commas.
  const start = prefix + current.slice(0, current.lastIndexOf(',') + 1);
  return candidates
    .map((candidate) => ({ ...candidate, value: `${start}${candidate.value}` }))
    .filter(({ value }) => value.startsWith(prefix + current));
}

function toLine({ value, description = '' }: Candidate): string {
  const text = toTerminalText(description);
  return text === '' ? `${value}\n` : `${value}\t${text}\n`;
}
