import { loadConfig } from '../config/load.ts';
import { secretValues } from '../config/secret-values.ts';
import { InputError, VendorError } from '../export/errors.ts';
import type { ExportSnapshot, LocatorIds } from '../export/export.ts';
import { parseIds, toExportKey } from '../export/locator.ts';
import type { LocatorGrammar } from '../export/ports.ts';
import type { Tools } from '../runtime/tools.ts';
import { createSecrets } from '../telemetry/secrets.ts';
import type { DetailRule, Pointers, VendorDeclaration } from '../vendor-file/declaration.ts';
import { detailsOf } from '../vendor-file/further.ts';
import { toVendorDefinition } from '../vendors/declared/vendor.ts';
import { CommandError } from './command-error.ts';
import { toTerminalText } from './display/terminal-text.ts';
import { EXIT } from './exit-codes.ts';
import type { CommandIo } from './io.ts';
import { toLocatorForm } from './vendor-check.ts';

export interface LiveQuestion {
  readonly declaration: VendorDeclaration;
  /** The configuration's file. */
  readonly config: string;
  /** An account's key there. */
  readonly account: string;
  /** `acme-reports:ID1/ID2`, or the ids alone. */
  readonly locator: string;
}

/** Reads one real export by a vendor file, and tells what of the file was not in the answer. @returns the exit code @throws CommandError */
export async function readLive(question: LiveQuestion, io: CommandIo): Promise<number> {
  const { declaration, locator } = question;
  const { credential, ...settings } = findAccount(question, io);
  if (credential.type === 'caller')
    throw new CommandError(EXIT.usage, 'That account has no credential of its own: each caller brings one.');
  const secrets = createSecrets();
  for (const secret of secretsOf(question, io)) secrets.add(secret);
  const probes = toProbes(declaration);
  const definition = toVendorDefinition(withProbes(declaration, probes));
  const ids = readIds(declaration, definition.locator, locator);
  const key = toExportKey(definition.locator, definition.id, settings.key, ids);
  const tools: Tools = { clock: io.clock, random: io.random, log: SILENT, secrets };
  const account = definition.createAccount({ ...settings, credential, identity: settings.key }, tools);
  try {
    const [reading] = await account.readMany([key]);
    if (reading === undefined || reading instanceof VendorError) {
      const { code = 'VENDOR_BAD_RESPONSE', message = '' } = reading ?? {};
      io.stderr.write(`${toTerminalText(secrets.mask(`${code}: ${message}`))}\n`);
      return EXIT.failed;
    }
    io.stdout.write(describe(declaration, reading, probes, (text) => toTerminalText(secrets.mask(text))));
    return EXIT.succeeded;
  } finally {
    await account.close();
  }
}

function findAccount({ config: file, account: key, declaration }: LiveQuestion, io: CommandIo) {
  const config = load(file, io);
  const account = config.accounts.find((each) => each.key === key);
  if (account === undefined)
    throw new CommandError(EXIT.usage, `The configuration has no account "${toTerminalText(key)}".`);
  if (account.vendor !== declaration.id)
    throw new CommandError(
      EXIT.usage,
      `The account ${key} is one of ${account.vendor}, not of ${declaration.id}.`,
    );
  return account;
}

function secretsOf({ config }: LiveQuestion, io: CommandIo): Iterable<string> {
  return secretValues(load(config, io));
}

function load(file: string, { environment }: CommandIo) {
  const loaded = loadConfig({ file, env: environment.variables });
  if ('config' in loaded) return loaded.config;
  throw new CommandError(EXIT.usage, loaded.problems.join('\n'));
}

/** @throws CommandError for a locator that names no export of this vendor */
function readIds(declaration: VendorDeclaration, grammar: LocatorGrammar, text: string): LocatorIds {
  try {
    return parseIds(grammar, toIds(declaration, text), 'locator');
  } catch (error) {
    if (error instanceof InputError) throw new CommandError(EXIT.usage, error.message);
    throw error;
  }
}

function toIds(declaration: VendorDeclaration, text: string): LocatorIds {
  const { id, locator } = declaration;
  const names = Object.keys(locator);
  const values = (text.startsWith(`${id}:`) ? text.slice(id.length + 1) : text).split('/');
  const needed = names.filter((name) => locator[name]?.isOptional !== true);
  if (values.length < needed.length || values.length > names.length)
    throw new CommandError(
      EXIT.usage,
      `"${toTerminalText(text.slice(0, 200))}" names no export of ${id}: give ${toLocatorForm(declaration)}.`,
    );
  // Ids that may be left out are, where there are not enough for all.
  const used = values.length === needed.length ? needed : names;
  return Object.fromEntries(
    used.flatMap((name, index) => (values[index] === undefined ? [] : [[name, values[index]]])),
  );
}

/** A value of the file that is looked for in the answer: what it is for, and the detail that reads it. */
interface Probe {
  readonly what: string;
  readonly detail: string;
  readonly at: Pointers;
}

function toProbes({ status, files }: VendorDeclaration): readonly Probe[] {
  const own = Object.entries(status.fields).flatMap(([name, rule]) =>
    rule !== undefined && 'at' in rule ? [{ what: name, at: rule.at }] : [],
  );
  const details = Object.entries(status.details).flatMap(([name, rule]) =>
    'at' in rule ? [{ what: name, at: rule.at }] : [],
  );
  const links = files.flatMap(({ kind, at }, index) =>
    (kind === 'link' || kind === 'links') && at !== null ? [{ what: `the link of files[${index}]`, at }] : [],
  );
  return [...own, ...details, ...links].map((probe, index) => ({ ...probe, detail: `probe${index}` }));
}

/** Each pointer is read once more as it stands, whatever type it should have. */
function withProbes(declaration: VendorDeclaration, probes: readonly Probe[]): VendorDeclaration {
  const { status } = declaration;
  const added = probes.map(({ detail, at }): readonly [string, DetailRule] => [
    detail,
    { type: 'JSON', isList: false, description: null, at, as: null, absent: [] },
  ]);
  return {
    ...declaration,
    status: { ...status, details: { ...status.details, ...Object.fromEntries(added) } },
  };
}

/** No value of a link: whoever has one may open it. */
function describe(
  { status }: VendorDeclaration,
  snapshot: ExportSnapshot,
  probes: readonly Probe[],
  toText: (text: string) => string,
): string {
  const told = snapshot.details as Readonly<Record<string, unknown>>;
  const instants = ['createdAt', 'startedAt', 'updatedAt', 'finishedAt'] as const;
  const values: readonly (readonly [string, unknown])[] = [
    ['status', snapshot.status],
    ['word', snapshot.rawStatus],
    ['outcome', snapshot.outcome],
    ['name', snapshot.name],
    ...instants.map((name) => [name, toInstant(snapshot[name])] as const),
    ['progress', snapshot.progress],
    ['failure', snapshot.failure],
    ...Object.entries(detailsOf({ status })).map(
      ([name, rule]) => [name, toShown(rule, told[name])] as const,
    ),
    ['files', snapshot.files?.map(({ name, mediaType }) => `${name} (${mediaType ?? 'type not known'})`)],
  ];
  const lines = values
    .filter(([, value]) => value !== null && value !== undefined)
    .map(
      ([name, value]) =>
        `${name.padEnd(16)} ${toText(typeof value === 'string' ? value : JSON.stringify(value))}`,
    );
  const absent = probes.filter(({ detail }) => told[detail] === null || told[detail] === undefined);
  const unread = absent.map(
    ({ what, at }) => `  ${toText(at.map((pointer) => `/${pointer.join('/')}`).join(' or '))}, for ${what}`,
  );
  const head =
    unread.length === 0 ? 'All values of the file were in the answer.' : 'Not in this answer, or null:';
  return [...lines, '', head, ...unread, ''].join('\n');
}

function toShown({ type, isList }: DetailRule, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (type === 'URL') return isList ? 'URLs' : 'a URL';
  if (type !== 'DateTime') return value;
  return Array.isArray(value) ? value.map(toInstant) : toInstant(value as number);
}

function toInstant(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}

const SILENT: Tools['log'] = {
  isEnabled: () => false,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
