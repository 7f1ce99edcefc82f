import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readVendorFile } from '../../vendor-file/read.ts';
import { closestName } from '../../yaml/closest.ts';
import { CommandError } from '../command-error.ts';
import { toTerminalText } from '../display/terminal-text.ts';
import { EXIT } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import { toShellText } from '../shell-words.ts';
import type { VendorDraft } from './draft.ts';
import {
  type Answers,
  type CredentialChoice,
  findIdProblem,
  findPathProblem,
  findUrlProblem,
  toDraftFromAnswers,
} from './from-answers.ts';
import type { Operations } from './from-openapi.ts';
import { toDraft } from './from-openapi.ts';
import type { Operation } from './openapi.ts';
import { OpenApi } from './openapi.ts';
import { askForVendor } from './questions.ts';
import { parseWords } from './words.ts';
import { toVendorFile } from './write.ts';

export interface VendorNewOptions {
  readonly output?: string | undefined;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly docs?: string | undefined;
  readonly openapi?: string | undefined;
  /** Operations of the OpenAPI document: `operationId`, or `GET /path`. */
  readonly status?: string | undefined;
  readonly list?: string | undefined;
  readonly start?: string | undefined;
  readonly cancel?: string | undefined;
  readonly file?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly credential?: CredentialChoice | undefined;
  readonly path?: string | undefined;
  readonly at?: string | undefined;
  readonly word?: string | undefined;
  readonly words?: string | undefined;
}

/**
 * `waybill vendor new`: writes a first vendor file, and says what is left to do.
 *
 * @returns the exit code
 * @throws CommandError
 */
export async function vendorNew(options: VendorNewOptions, io: CommandIo): Promise<number> {
  if (options.output !== undefined) refuseExisting(resolve(io.cwd, options.output), options.output);
  const draft =
    options.openapi === undefined ? await draftFromAnswers(options, io) : await draftFromOpenApi(options, io);
  const file = options.output ?? `${draft.id}.vendor.yaml`;
  const path = resolve(io.cwd, file);
  refuseExisting(path, file);
  const text = toVendorFile(draft);
  await write(path, file, text);
  io.stdout.write(toNextSteps(file, draft, text));
  return EXIT.succeeded;
}

async function draftFromAnswers(options: VendorNewOptions, io: CommandIo): Promise<VendorDraft> {
  const unused = (['status', 'list', 'start', 'cancel', 'file'] as const).find(
    (name) => options[name] !== undefined,
  );
  if (unused !== undefined)
    throw new CommandError(
      EXIT.usage,
      `--${unused} names an operation of an OpenAPI document: give --openapi FILE, too.`,
    );
  return toDraftFromAnswers(await askForVendor(toGiven(options), io));
}

/** What the command line says already, checked. @throws CommandError */
function toGiven({
  id,
  name,
  docs,
  baseUrl,
  credential,
  path,
  at,
  word,
  words,
}: VendorNewOptions): Partial<Answers> {
  const read = words === undefined ? undefined : parseWords(words);
  const problems = [
    id === undefined ? null : named('--id', findIdProblem(id)),
    path === undefined ? null : named('--path', findPathProblem(path)),
    baseUrl === undefined ? null : named('--base-url', findUrlProblem(baseUrl)),
    typeof read === 'string' ? `--words: ${read}` : null,
  ].filter((problem) => problem !== null);
  if (problems.length > 0) throw new CommandError(EXIT.usage, problems.join('\n'));
  const given = {
    id,
    name,
    docs,
    baseUrl,
    credential,
    path,
    at,
    word,
    words: typeof read === 'string' ? undefined : read,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function named(option: string, problem: string | null): string | null {
  return problem === null ? null : `${option}: ${problem}`;
}

async function draftFromOpenApi(options: VendorNewOptions, io: CommandIo): Promise<VendorDraft> {
  const { openapi = '', status, name = null } = options;
  const api = await OpenApi.read(resolve(io.cwd, openapi));
  if (typeof api === 'string') throw new CommandError(EXIT.usage, `${toTerminalText(openapi)} ${api}.`);
  if (status === undefined)
    throw new CommandError(
      EXIT.usage,
      `Which operation says how an export stands? Give --status OPERATION, one of ${listed(api)}.`,
    );
  const operations: Operations = {
    status: find(api, 'status', status),
    list: findIfNamed(api, 'list', options.list),
    start: findIfNamed(api, 'start', options.start),
    cancel: findIfNamed(api, 'cancel', options.cancel),
    file: findIfNamed(api, 'file', options.file),
  };
  const id =
    options.id ??
    toId(name ?? String((api.root.info as { readonly title?: unknown } | undefined)?.title ?? ''));
  const problem = id === null ? 'give --id ID, such as acme-reports.' : named('--id', findIdProblem(id));
  if (id === null || problem !== null) throw new CommandError(EXIT.usage, problem ?? '');
  const draft = toDraft(api, operations, { id, name });
  return {
    ...draft,
    docs: options.docs ?? draft.docs,
    ...(options.baseUrl === undefined ? {} : { baseUrl: { value: options.baseUrl, note: null } }),
  };
}

/** `Acme Reports API` is `acme-reports`; null where nothing is left of it. */
function toId(title: string): string | null {
  const words = title.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const id = words.filter((word) => !/^(?:api|rest|openapi|v\d+)$/.test(word)).join('-');
  return findIdProblem(id) === null ? id : null;
}

function findIfNamed(api: OpenApi, option: string, name: string | undefined): Operation | null {
  return name === undefined ? null : find(api, option, name);
}

/** @throws CommandError */
function find(api: OpenApi, option: string, name: string): Operation {
  const found = api.operation(name);
  if (found !== undefined) return found;
  const names = namesOf(api);
  const closest = closestName(name, names);
  const hint =
    closest === undefined ? ` There are ${listed(api)}.` : ` Did you mean ${toTerminalText(closest)}?`;
  throw new CommandError(
    EXIT.usage,
    `--${option}: the document has no operation ${toTerminalText(name)}.${hint}`,
  );
}

function namesOf(api: OpenApi): readonly string[] {
  return api.operations.map(({ operationId, method, path }) => operationId ?? `${method} ${path}`);
}

const MAX_LISTED = 20;

function listed(api: OpenApi): string {
  const names = namesOf(api);
  const shown = names.slice(0, MAX_LISTED).map((name) => toTerminalText(name));
  return `${shown.join(', ')}${names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : ''}`;
}

/** @throws CommandError */
function refuseExisting(path: string, file: string): void {
  if (existsSync(path)) throw toThereAlready(file);
}

function toThereAlready(file: string): CommandError {
  return new CommandError(
    EXIT.usage,
    `${toTerminalText(file)} is there already: nothing was written. --output names another one.`,
  );
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

function toNextSteps(file: string, { name, left }: VendorDraft, text: string): string {
  const read = readVendorFile(text, file);
  const wrong = 'problems' in read ? read.problems.map(({ line }) => line) : [];
  const shell = toShellText([file]) ?? 'FILE';
  const guesses = text.split('\n').filter((line) => line.includes('   # guessed')).length;
  const lines = [
    `Wrote ${toTerminalText(file)}: ${toTerminalText(name)}.`,
    ...(guesses === 0
      ? []
      : [`${guesses} lines were guessed and say so: compare them with the vendor’s documentation.`]),
    ...(left.length === 0
      ? []
      : [
          '',
          'Left to do, and written at the end of the file:',
          ...left.map((what) => `  - ${toTerminalText(what)}`),
        ]),
    ...(wrong.length === 0
      ? []
      : [
          '',
          'As it stands, the file would be refused:',
          ...wrong.map((line) => `  ${toTerminalText(line)}`),
        ]),
    '',
    '1. Look whether all is well:',
    `     waybill vendor check ${shell}`,
    '2. Try it against its own simulator:',
    `     waybill vendor test ${shell}`,
    '3. Name it in the configuration, and give an account:',
    `     vendorFiles: [${JSON.stringify(file.startsWith('/') || file.startsWith('.') ? file : `./${file}`)}]`,
  ];
  return `${lines.join('\n')}\n`;
}
