import type { DraftDetail, DraftField, DraftFile, DraftRequest, DraftWord, VendorDraft } from './draft.ts';

/** Behind what was guessed. */
const GUESSED = 'guessed';

/** The text of a vendor file; comments say what to look at, and at its end what is left. */
export function toVendorFile(draft: VendorDraft): string {
  const parts = [
    head(draft),
    ['', 'credentials:', ...credentials(draft)],
    ['', 'locator:', ...draft.locator.map(toId)],
    ['', ...status(draft)],
    list(draft),
    start(draft),
    cancel(draft),
    files(draft),
    errors(draft),
    [
      '',
      'pacing: { minMs: 5000, maxMs: 60000, stallAfterMs: 1800000 }   # how often one export is asked about',
      'limits: { requestsPerSecond: 5, maxConcurrent: 4 }             # what the vendor allows an account',
    ],
    draft.left.length === 0 ? [] : ['', '# Left to do:', ...draft.left.map((what) => `# - ${oneLine(what)}`)],
  ];
  return `${parts.flat().join('\n')}\n`;
}

function head({ id, name, docs, baseUrl, settings }: VendorDraft): readonly string[] {
  const named = Object.entries(settings).map(
    ([key, { pattern, default: value }]) =>
      `  ${key}: ${flow({ pattern, ...(value === null ? {} : { default: value }) })}`,
  );
  return [
    `# ${oneLine(name)}, as Waybill reads it. \`waybill vendor check\` says what is wrong with this file, and where.`,
    '# Lines that say "guessed" are to be compared with the vendor’s documentation.',
    `id: ${scalar(id)}`,
    `name: ${scalar(name)}`,
    ...(docs === null ? [] : [`docs: ${scalar(docs)}`]),
    noted(`baseUrl: ${scalar(baseUrl.value)}`, baseUrl.note),
    ...(named.length === 0 ? [] : ['settings:', ...named]),
  ];
}

function credentials({ credentials: all }: VendorDraft): readonly string[] {
  return Object.entries(all).map(([type, { value, note }]) => noted(`  ${type}: ${flow(value)}`, note));
}

function toId({ name, pattern, isOptional, description }: VendorDraft['locator'][number]): string {
  const rule = {
    pattern: pattern.value,
    ...(isOptional ? { optional: true } : {}),
    ...(description === null ? {} : { description }),
  };
  return noted(`  ${name}: ${flow(rule)}`, pattern.note);
}

function status({ status: own }: VendorDraft): readonly string[] {
  return [
    'status:',
    `  request: ${request(own.request)}`,
    `  at: ${scalar(own.at)}   # where the export stands in the answer; "" is the whole`,
    own.id === null ? '  id: { idFrom: locator }   # the answer holds no id' : `  id: ${scalar(own.id)}`,
    noted(`  word: ${scalar(own.word.value)}`, own.word.note),
    '  words:',
    ...own.words.map(toWord),
    ...section('  fields:', Object.entries(own.fields), ([name, field]) => `    ${name}: ${toField(field)}`),
    ...section(
      '  details:',
      Object.entries(own.details),
      ([name, detail]) => `    ${name}: ${toDetail(detail)}`,
    ),
  ];
}

function toWord({ word, status: is, outcome }: DraftWord): string {
  const key = /^[A-Za-z][\w-]*$/.test(word) && !RESERVED.test(word) ? word : JSON.stringify(word);
  if (is === null) return `    # ${oneLine(word)}: what is this? Until it is said, it is UNKNOWN`;
  const value = outcome === null ? is : `{ status: ${is}, outcome: ${outcome} }`;
  return noted(`    ${key}: ${value}`, GUESSED);
}

function toField({ at, as }: DraftField): string {
  return as === null ? scalar(at) : noted(flow({ at, as }), GUESSED);
}

function toDetail({ type, at, description }: DraftDetail): string {
  return flow({ type, at, ...(description === null ? {} : { description }) });
}

function list({ list: own }: VendorDraft): readonly string[] {
  if (own === null) return [];
  return [
    '',
    'list:',
    `  request: ${request(own.request)}`,
    `  items: ${scalar(own.items)}`,
    ...(own.next === null ? [] : [noted(`  next: ${flow(own.next)}`, GUESSED)]),
    '  holds: newest   # all, where an export that is not in the list does not exist',
  ];
}

function start({ start: own }: VendorDraft): readonly string[] {
  if (own === null) return [];
  const { request: asked, body, order, idempotencyHeader, answer } = own;
  return [
    '',
    'start:',
    `  request: ${request(asked, body)}`,
    ...section('  order:', Object.entries(order), ([name, field]) => `    ${name}: ${toDetail(field)}`),
    idempotencyHeader === null
      ? '  idempotency: none   # a lost answer is START_OUTCOME_UNKNOWN'
      : `  idempotency: ${flow({ header: idempotencyHeader })}`,
    `  answer: ${flow({ at: answer.at, id: answer.id })}`,
  ];
}

function cancel({ cancel: own }: VendorDraft): readonly string[] {
  if (own === null) return [];
  return ['', 'cancel:', `  request: ${request(own)}`, '  gone: [404, 409]   # nothing left to cancel'];
}

function files({ files: all }: VendorDraft): readonly string[] {
  if (all.length === 0) return [];
  return ['', 'files:', ...all.flatMap(toFile)];
}

function toFile(file: DraftFile): readonly string[] {
  const hosts =
    '    # hosts: ["*.storage.example.com"]   # where links lead to, if not to the base URL’s own host';
  if (!('request' in file)) return [`  - kind: ${file.kind}`, `    at: ${scalar(file.at)}`, hosts];
  const lines = [`  - kind: ${file.kind}`, `    request: ${request(file.request)}`];
  return file.kind === 'stream'
    ? [...lines, `    name: ${scalar(file.name)}`]
    : [...lines, `    at: ${scalar(file.at)}`, hosts];
}

function errors({ errors: { code, message } }: VendorDraft): readonly string[] {
  if (code.length + message.length === 0) return [];
  const line = (name: string, pointers: readonly string[]) =>
    pointers.length === 0 ? [] : [`  ${name}: [${pointers.map(scalar).join(', ')}]`];
  return ['', 'errors:', ...line('code', code), ...line('message', message)];
}

function request({ method, path, query, headers }: DraftRequest, body: string | null = null): string {
  return flow({
    method,
    path,
    ...(Object.keys(query).length === 0 ? {} : { query }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(body === null ? {} : { body }),
  });
}

/** A title and its lines; nothing where there are none. */
function section<Entry>(
  title: string,
  entries: readonly Entry[],
  toLine: (entry: Entry) => string,
): readonly string[] {
  return entries.length === 0 ? [] : [title, ...entries.map(toLine)];
}

function noted(line: string, note: string | null): string {
  return note === null ? line : `${line}   # ${oneLine(note)}`;
}

type Flow = string | boolean | Readonly<Record<string, unknown>>;

/** `{ at: /data, as: fraction }` */
function flow(value: Readonly<Record<string, unknown>>): string {
  const members = Object.entries(value).map(([key, inner]) => `${scalar(key)}: ${flowed(inner as Flow)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function flowed(value: Flow): string {
  if (typeof value === 'string') return scalar(value);
  return typeof value === 'boolean' ? String(value) : flow(value);
}

/** What YAML would read as something else than text. */
const RESERVED = /^(?:true|false|null|yes|no|on|off|y|n|~|\.inf|\.nan)$/i;
const PLAIN = /^[A-Za-z/][\w./-]*(?: [\w./-]+)*$/;

/** Text as YAML, in quotes where it needs them; JSON’s are YAML’s. */
function scalar(text: string): string {
  return PLAIN.test(text) && !RESERVED.test(text) ? text : JSON.stringify(text);
}

function oneLine(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}]/gu, '')
    .trim();
}
