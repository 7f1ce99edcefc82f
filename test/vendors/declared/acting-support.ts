import type { VendorAccount } from '../../../src/export/ports.ts';
import type {
  CancelRule,
  FileRule,
  OrderField,
  Pointer,
  RequestRule,
  StartRule,
  Template,
  VendorDeclaration,
} from '../../../src/vendor-file/declaration.ts';
import { toVendorDefinition } from '../../../src/vendors/declared/vendor.ts';
import {
  type FakeHandler,
  type FakeReply,
  type ReceivedRequest,
  startFakeVendor,
} from '../../support/fake-vendor.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createRecordingLog, createTestTools } from '../../support/tools.ts';

/** When everything in these tests happens. */
export const NOW = Date.UTC(2026, 4, 18, 9, 0, 0);

/** `/data/id` */
export function at(pointer: string): Pointer {
  return pointer.split('/').slice(1);
}

/** `{name}` and `{/pointer}` are places. */
export function template(text: string): Template {
  return text
    .split(/(\{[^{}]*\})/)
    .filter((part) => part !== '')
    .map((part) => {
      const place = /^\{(.*)\}$/.exec(part)?.[1];
      if (place === undefined) return { text: part };
      return place.startsWith('/') ? { pointer: at(place) } : { name: place };
    });
}

export function request(
  method: RequestRule['method'],
  path: string,
  rest: Partial<RequestRule> = {},
): RequestRule {
  const segments = path
    .split(/\/(?![^{]*\})/)
    .slice(1)
    .map(template);
  return {
    method,
    path: [{ segments, needs: [] }],
    query: {},
    headers: {},
    body: null,
    encoding: 'json',
    ...rest,
  };
}

export function value(pointer: string): { at: readonly [Pointer]; as: null; absent: readonly [] } {
  return { at: [at(pointer)], as: null, absent: [] };
}

export function orderField(pointer: string, rest: Partial<OrderField> = {}): OrderField {
  return {
    type: 'String',
    isList: false,
    isRequired: false,
    at: at(pointer),
    description: null,
    pattern: null,
    isMultiline: false,
    example: 'x',
    ...rest,
  };
}

export function startRule(rest: Partial<StartRule> = {}): StartRule {
  return {
    request: request('POST', '/projects/{projectId}/jobs'),
    order: { template: orderField('/template_id', { isRequired: true }) },
    constants: [],
    under: [],
    nesting: null,
    idempotency: null,
    answer: { at: [at('/data')], ids: { jobId: { at: [at('/id')], prefix: '' } } },
    existing: null,
    success: [200, 201, 202],
    // biome-ignore lint/suspicious/noThenProperty: the file language calls it so, and it is no function
    then: null,
    once: false,
    ...rest,
  };
}

export function cancelRule(rest: Partial<CancelRule> = {}): CancelRule {
  return {
    request: request('DELETE', '/projects/{projectId}/jobs/{jobId}'),
    gone: [409],
    success: [200, 202, 204],
    // biome-ignore lint/suspicious/noThenProperty: the file language calls it so, and it is no function
    then: null,
    ...rest,
  };
}

export function fileRule(rest: Partial<FileRule> = {}): FileRule {
  return {
    kind: 'link',
    request: null,
    at: [at('/url')],
    of: ['SUCCEEDED'],
    where: [],
    expiresAt: null,
    livesMs: null,
    name: null,
    mediaType: null,
    size: null,
    checksum: null,
    gzip: null,
    credential: false,
    hosts: [],
    ...rest,
  };
}

/** A vendor that starts, stops and lists jobs of projects, as its file would say. */
export function createDeclaration(rest: Partial<VendorDeclaration> = {}): VendorDeclaration {
  return {
    id: 'acme-reports',
    name: 'Acme Reports',
    docs: null,
    description: null,
    notes: [],
    baseUrl: null,
    origins: [],
    settings: {},
    headers: { 'X-Acme-Version': template('2026-11') },
    credentials: { 'api-key': { header: 'X-Acme-Key', prefix: '' } },
    locator: {
      projectId: { pattern: '[0-9]{1,19}', isOptional: false, description: null, example: '7' },
      jobId: { pattern: '[A-Za-z0-9_-]{1,64}', isOptional: false, description: null, example: 'j-1' },
    },
    status: {
      request: request('GET', '/projects/{projectId}/jobs/{jobId}'),
      answers: [],
      success: null,
      at: [at('/data')],
      id: { at: [at('/id')], prefix: '' },
      word: [at('/state')],
      caseless: false,
      words: {
        queued: { status: 'QUEUED', outcome: null },
        working: { status: 'RUNNING', outcome: null },
        ready: { status: 'SUCCEEDED', outcome: 'COMPLETE' },
        error: { status: 'FAILED', outcome: null },
      },
      refine: [],
      fields: { createdAt: value('/created'), finishedAt: value('/finished') },
      details: {},
      batch: null,
    },
    list: null,
    start: null,
    cancel: null,
    files: [],
    errors: {
      ...{ expired: [], throttled: [], notFound: [], conflict: [], forbidden: [], unauthenticated: [] },
      unavailable: [],
      code: [at('/error/code')],
      message: [at('/error/message')],
    },
    pacing: { minMs: 5_000, maxMs: 60_000, stallAfterMs: 1_800_000 },
    limits: { requestsPerSecond: 5, maxConcurrent: 4 },
    callback: null,
    ...rest,
  } as VendorDeclaration;
}

/** What an account came to, and what its vendor was asked. */
export interface Played<Result> {
  readonly result: Result;
  readonly requests: readonly ReceivedRequest[];
}

/** Opens an account of a declared vendor at one that answers so, and does something with it; an error is a result too. */
export async function play<Result>(
  declaration: VendorDeclaration,
  reply: FakeReply | FakeHandler,
  act: (account: VendorAccount, vendorUrl: string) => Promise<Result> | undefined,
): Promise<Played<Result | Error | undefined>> {
  await using vendor = await startFakeVendor(
    typeof reply === 'function' ? (reply as FakeHandler) : () => reply,
  );
  const account = toVendorDefinition(declaration).createAccount(
    {
      key: 'acme',
      tenant: 'default',
      identity: 'default/acme/1',
      baseUrl: vendor.url,
      credential: { type: 'api-key', apiKey: 'acme-key-0001' },
      limits: { requestsPerSecond: 10_000, maxConcurrent: 50, timeoutMs: 5_000 },
      pacing: declaration.pacing,
      fileOrigins: [],
    },
    createTestTools({ clock: createManualClock(NOW), log: createRecordingLog() }),
  );
  try {
    const result = await Promise.resolve(act(account, vendor.url)).catch((error: Error) => error);
    return { result, requests: vendor.requests };
  } finally {
    await account.close();
  }
}
