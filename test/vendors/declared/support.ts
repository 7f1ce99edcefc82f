import type { ExportKey, LocatorIds } from '../../../src/export/export.ts';
import { toExportKey } from '../../../src/export/locator.ts';
import type { Reading, VendorAccount } from '../../../src/export/ports.ts';
import type { Credential } from '../../../src/http/types.ts';
import type { Tools } from '../../../src/runtime/tools.ts';
import type {
  DetailRule,
  ErrorRow,
  IdGrammar,
  RequestRule,
  StatusRule,
  Template,
  ValueRule,
  VendorDeclaration,
} from '../../../src/vendor-file/declaration.ts';
import { toVendorDefinition } from '../../../src/vendors/declared/vendor.ts';
import type { FakeHandler, FakeReply } from '../../support/fake-vendor.ts';
import { createTestTools } from '../../support/tools.ts';

/** A pointer as it is written, as the normal form has it. */
export function at(pointer: string): readonly string[] {
  return pointer === '' ? [] : pointer.slice(1).split('/');
}

export function value(pointer: string, rest: Partial<ValueRule> = {}): ValueRule {
  return { at: [at(pointer)], as: null, absent: [], ...rest };
}

export function detail(
  type: DetailRule['type'],
  pointer: string,
  rest: Partial<DetailRule> = {},
): DetailRule {
  return { ...value(pointer), type, isList: false, description: null, ...rest };
}

export function row(rest: Partial<ErrorRow>): ErrorRow {
  return { status: null, code: null, message: null, wait: [], ...rest };
}

/** `text{name}text`, taken apart. */
export function template(text: string): Template {
  return text
    .split(/(\{\w+\})/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('{') ? { name: part.slice(1, -1) } : { text: part }));
}

/** `GET /v2[/projects/{projectId}]/jobs?limit={limit}` as the normal form has it. */
export function request(text: string, rest: Partial<RequestRule> = {}): RequestRule {
  const [method, target = ''] = text.split(' ');
  const [path = '', query] = target.split('?');
  const pieces = path.split(/(\[[^\]]*\])/).filter((piece) => piece !== '');
  return {
    method: method as RequestRule['method'],
    path: pieces.map((piece) => ({
      segments: piece.replace(/[[\]]/g, '').split('/').slice(1).map(template),
      needs: piece.startsWith('[') ? [...piece.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '') : [],
    })),
    query: Object.fromEntries(
      (query?.split('&') ?? []).map((pair) => {
        const [name = '', text_ = ''] = pair.split('=');
        return [name, template(text_)];
      }),
    ),
    headers: {},
    body: null,
    encoding: 'json',
    ...rest,
  };
}

export const JOB_ID: IdGrammar = {
  pattern: '[A-Za-z0-9_-]{1,64}',
  isOptional: false,
  description: null,
  example: 'j1',
};

const STATUS: StatusRule = {
  request: request('GET /v2[/projects/{projectId}]/jobs/{jobId}?expand=files'),
  answers: [],
  success: null,
  at: [at('/data')],
  id: { at: [at('/id')], prefix: '' },
  word: [at('/state')],
  caseless: false,
  words: {
    queued: { status: 'QUEUED', outcome: null },
    working: { status: 'RUNNING', outcome: null },
    stopping: { status: 'CANCELING', outcome: null },
    ready: { status: 'SUCCEEDED', outcome: 'COMPLETE' },
    ready_partial: { status: 'SUCCEEDED', outcome: 'PARTIAL' },
    no_data: { status: 'SUCCEEDED', outcome: 'EMPTY' },
    error: { status: 'FAILED', outcome: null },
    stopped: { status: 'CANCELED', outcome: null },
    deleted: { status: 'EXPIRED', outcome: null },
    unknown: { status: 'UNKNOWN', outcome: null },
  },
  refine: [
    {
      word: 'ready',
      where: [{ at: at('/row_count'), test: { is: 0 } }],
      is: { status: 'SUCCEEDED', outcome: 'EMPTY' },
    },
  ],
  fields: {
    name: value('/title'),
    createdAt: value('/created'),
    startedAt: value('/started'),
    updatedAt: value('/updated'),
    finishedAt: value('/finished', { as: 'epoch-seconds' }),
    percent: value('/progress', { as: 'fraction' }),
    completedParts: value('/parts/done'),
    totalParts: value('/parts/all'),
    failureCode: value('/error/code'),
    failureMessage: value('/error/message'),
    retryAfterMs: { header: 'Retry-After' },
  },
  details: {
    rowCount: detail('Int', '/row_count'),
    region: detail('String', '/region'),
    tags: detail('String', '/tags', { isList: true }),
    filters: detail('JSON', '/filters'),
  },
  batch: null,
};

/** The vendor that stands as the example of a vendor file, without what starts, stops and fetches. */
export const ACME: VendorDeclaration = {
  id: 'acme-reports',
  name: 'Acme Reports',
  docs: 'https://docs.acme.example/exports',
  description: null,
  baseUrl: template('https://api.acme.example'),
  origins: [],
  settings: { region: { pattern: '[a-z]{2}', default: 'eu', description: null, example: 'eu' } },
  headers: { 'X-Acme-Region': template('{region}') },
  credentials: { 'api-key': { header: 'X-Acme-Key', prefix: '' } },
  locator: {
    projectId: { pattern: '[0-9]{1,19}', isOptional: true, description: null, example: '7' },
    jobId: JOB_ID,
  },
  status: STATUS,
  list: {
    request: request('GET /v2[/projects/{projectId}]/jobs?limit={limit}'),
    items: [at('/data')],
    next: { kind: 'cursor', at: [at('/next_cursor')], query: 'cursor' },
    holds: 'newest',
    asBatch: true,
  },
  start: null,
  cancel: null,
  files: [],
  errors: {
    code: [at('/error/code'), at('/code')],
    message: [at('/error/message')],
    expired: [row({ status: 403, code: 'TokenExpired' })],
    throttled: [row({ status: 200, code: 'THROTTLED', wait: [{ at: [at('/error/wait')], as: 'seconds' }] })],
    notFound: [row({ status: 400, code: 'UNKNOWN_JOB' })],
    conflict: [],
    forbidden: [],
    unauthenticated: [],
    unavailable: [row({ status: 200, code: 'AWAY' })],
  },
  pacing: { minMs: 5_000, maxMs: 60_000, stallAfterMs: 1_800_000 },
  limits: { requestsPerSecond: 5, maxConcurrent: 4 },
  callback: null,
};

/** `ACME` with some of it another way. */
export function acme(
  rest: Partial<Omit<VendorDeclaration, 'status' | 'errors'>> & {
    readonly status?: Partial<StatusRule>;
    readonly errors?: Partial<VendorDeclaration['errors']>;
  },
): VendorDeclaration {
  return {
    ...ACME,
    ...rest,
    status: { ...ACME.status, ...rest.status },
    errors: { ...ACME.errors, ...rest.errors },
  };
}

export function keyOf(declaration: VendorDeclaration, ids: LocatorIds): ExportKey {
  const { locator, id } = toVendorDefinition(declaration);
  return toExportKey(locator, id, 'acme', ids);
}

export interface AccountOverrides {
  readonly credential?: Credential;
  readonly settings?: Readonly<Record<string, string>>;
  readonly tools?: Partial<Tools>;
}

/** An account whose vendor is at `baseUrl`; nothing in it waits unless a test wants it to. */
export function openAccount(
  declaration: VendorDeclaration,
  baseUrl: string,
  { credential = { type: 'api-key', apiKey: 'key-1' }, settings, tools }: AccountOverrides = {},
): VendorAccount {
  return toVendorDefinition(declaration).createAccount(
    {
      key: 'acme',
      tenant: 'default',
      identity: 'default/acme/1',
      baseUrl,
      credential,
      settings,
      limits: { requestsPerSecond: 10_000, maxConcurrent: 50, timeoutMs: 5_000 },
      pacing: declaration.pacing,
      fileOrigins: [],
    },
    createTestTools({ random: { next: () => 0 }, ...tools }),
  );
}

/** The answers of a vendor that knows these exports, by path and query; 404 for all others. */
export function answerFrom(answers: Readonly<Record<string, FakeReply>>): FakeHandler {
  return ({ url }) => answers[url] ?? { status: 404, body: { error: { code: 'NO_SUCH_JOB' } } };
}

/** One read by a call of its own. */
export async function readFrom(account: VendorAccount, key: ExportKey): Promise<Reading> {
  const [reading] = await account.readMany([key]);
  if (reading === undefined) throw new Error('A read ends in a snapshot or an error.');
  return reading;
}
