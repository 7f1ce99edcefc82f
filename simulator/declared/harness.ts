import type { VendorErrorCode } from '../../src/export/errors.ts';
import type { ExportStatus, LocatorIds } from '../../src/export/export.ts';
import type { IdRule } from '../../src/export/ports.ts';
import type { Credential } from '../../src/http/types.ts';
import type { ErrorKind, VendorDeclaration } from '../../src/vendor-file/declaration.ts';
import { toFurtherVendor } from '../../src/vendor-file/further.ts';
import { toVendorDefinition } from '../../src/vendors/declared/vendor.ts';
import type { FakeAnswer, ReceivedRequest } from '../conformance/fake-vendor.ts';
import type { ConformanceHarness, JobState, OrderHarness } from '../conformance/harness.ts';
import type { SimulatorRequest } from '../simulator.ts';
import { ErrorWriter } from './answers.ts';
import { CallBook, type KnownCall } from './calls.ts';
import { toDemoCredential, toTokenPath } from './credentials.ts';
import { type ToldFile, toSingleAnswer, withSuccess, writeExport } from './export-body.ts';
import { IdMaker, lastIdOf, toDemoSettings } from './ids.ts';
import type { Look } from './jobs.ts';
import { getAt, putAt, removeAt } from './json.ts';
import { toExamplePlaces, toOrderIds } from './mount.ts';
import { createExampleOrder } from './orders.ts';
import { renderTarget } from './render.ts';
import {
  isOpen,
  type Spellings,
  STAGE_READINGS,
  type Stage,
  toFurtherSpellings,
  toSpellings,
} from './words.ts';

const EXPORTS = 10;
const CREATED_AT = Date.UTC(2026, 10, 22, 10);
const STAGES: Readonly<Record<JobState, Stage>> = {
  running: 'running',
  succeeded: 'complete',
  failed: 'failed',
};

/** What the conformance suite has to know about a declared vendor: all of it follows from its file. */
export function toConformanceHarness(declaration: VendorDeclaration): ConformanceHarness {
  const definition = toVendorDefinition(declaration);
  const calls = new CallBook(declaration);
  const writer = new AnswerWriter(declaration);
  const callOf = (request: ReceivedRequest): KnownCall | undefined => {
    const call = calls.find(toSimulatorRequest(request));
    return 'problem' in call ? undefined : call;
  };
  const places = toExamplePlaces(declaration);
  const { cancel, start } = declaration;
  const cancelPlaces = { named: { ...places.named, ...writer.ids(0) } };
  const cancelTarget = cancel && `${calls.basePath}${renderTarget(cancel.request, cancelPlaces)}`;
  return {
    definition: {
      ...definition,
      capabilities: definition.capabilities,
      locator: definition.locator as Readonly<Record<string, IdRule>>,
    },
    basePath: calls.basePath,
    settings: toDemoSettings(declaration),
    credential: (origin) => toCredential(declaration, origin),
    ids: (n) => writer.ids(n),
    states: writer.states,
    readCalls: writer.readCalls,
    statuses: writer.statuses,
    codes: toCodes(declaration),
    readsTogether: declaration.status.batch !== null || (declaration.list?.asBatch ?? false) !== false,
    // A list that needs an id shows nothing that nobody has named, and yet what an order with that id has begun.
    findsStarted: start !== null && declaration.list !== null,
    hasNumericWords: true,
    requestShape: /./,
    isDocumented: (request) => callOf(request) !== undefined,
    isRead(request) {
      const name = callOf(request)?.name;
      return name === 'status' || name === 'further' || name === 'list' || name === 'batch';
    },
    exportOf(request) {
      const call = callOf(request);
      return call?.name === 'status' || call?.name === 'further' ? writer.indexOf(call) : null;
    },
    answer: (request, state) => writer.answer(callOf(request), STAGES[state]),
    wordAnswer: (request, word) => writer.answer(callOf(request), STAGES.running, { word }),
    ...(start === null ? {} : { orders: toOrderHarness(declaration, writer, calls.basePath) }),
    ...(cancel === null || cancelTarget === null
      ? {}
      : {
          cancelRequest: `${cancel.request.method} ${cancelTarget}`,
          cancelAnswers: toCancelAnswers(declaration, cancel.success),
          cancelCalls: cancel.then === null ? 1 : 2,
        }),
  };
}

/** Where the body says that it went well, there has to be one. */
function toCancelAnswers({ status }: VendorDeclaration, statuses: readonly number[]): readonly FakeAnswer[] {
  if (status.success === null) return statuses.map((each) => ({ status: each }));
  const body = withSuccess(status.success, {}) as object;
  return statuses.filter((each) => each !== 204).map((each) => ({ status: each, body }));
}

/** A request of the wire as a simulator gets it. */
function toSimulatorRequest({ method, url, headers, body }: ReceivedRequest): SimulatorRequest {
  const [path = '', query = ''] = url.split('?');
  const segments = path.split('/').slice(1).map(decodeURIComponent);
  return { method, path, segments, query: new URLSearchParams(query), headers, body };
}

/** Values that look like nothing else. */
function toCredential(declaration: VendorDeclaration, origin: string): Credential {
  const { type } = toDemoCredential(declaration);
  if (type === 'api-key') return { type, apiKey: 'conformance-secret-key-161803' };
  if (type === 'bearer') return { type, token: 'conformance-secret-token-161803' };
  return {
    type,
    tokenUrl: `${origin}${toTokenPath(declaration, type) ?? ''}`,
    clientId: 'conformance-client-161803',
    clientSecret: 'conformance-secret-398874',
    ...(type === 'refresh-token' ? { refreshToken: 'conformance-refresh-271828' } : {}),
  } as Credential;
}

const NAMED_CODES: readonly (readonly [ErrorKind, VendorErrorCode])[] = [
  ['unauthenticated', 'VENDOR_UNAUTHENTICATED'],
  ['forbidden', 'VENDOR_FORBIDDEN'],
  ['notFound', 'EXPORT_NOT_FOUND'],
  ['expired', 'VENDOR_UNAUTHENTICATED'],
];

/** What a bare status means where a row of the file says so. */
function toCodes({ errors }: VendorDeclaration): NonNullable<ConformanceHarness['codes']> {
  const codes: Partial<Record<401 | 403 | 404 | 410, VendorErrorCode>> = {};
  for (const [kind, code] of NAMED_CODES) {
    for (const { status, code: named, message, namesId, where = [] } of errors[kind]) {
      const isBare = named === null && message === null && namesId !== true && where.length === 0;
      if (isBare && (status === 401 || status === 403 || status === 404 || status === 410))
        codes[status] ??= code;
    }
  }
  return codes;
}

/** Writes the answers that the suite asks for. */
class AnswerWriter {
  readonly states: readonly JobState[];
  readonly readCalls: Readonly<Partial<Record<JobState, number>>>;
  readonly statuses: Readonly<Record<JobState, ExportStatus>>;
  private readonly declaration: VendorDeclaration;
  private readonly spellings: ReturnType<typeof toSpellings>;
  private readonly lastId: string;
  private readonly known: readonly Readonly<Record<string, string>>[];

  constructor(declaration: VendorDeclaration) {
    this.declaration = declaration;
    this.spellings = toSpellings(declaration);
    this.lastId = lastIdOf(declaration);
    // Some vendors have one word for all that is not at its end.
    const isOnlyQueued = this.spellings.running === undefined && this.spellings.queued !== undefined;
    this.states = (Object.keys(STAGES) as JobState[]).filter(
      (state) => this.spellings[STAGES[state]] !== undefined || (state === 'running' && isOnlyQueued),
    );
    this.readCalls = Object.fromEntries(
      this.states.map((state) => {
        const spelling = this.spellings[STAGES[state]];
        return [state, spelling !== undefined && isOpen(declaration, spelling) ? 2 : 1];
      }),
    );
    this.statuses = {
      running: isOnlyQueued ? 'QUEUED' : 'RUNNING',
      succeeded: 'SUCCEEDED',
      failed: 'FAILED',
    };
    const { locator } = declaration;
    const random = { next: () => (this.picks = (this.picks + 0.618_033_988_749_895) % 1) };
    const fixed = new Set(Object.keys(toOrderIds(declaration)));
    const makers = new Map(
      Object.entries(locator).map(([name, grammar]) => [name, new IdMaker(grammar, random)]),
    );
    this.known = Array.from({ length: EXPORTS }, () =>
      Object.fromEntries(
        Object.entries(locator).map(([name, { example }]) => [
          name,
          name === this.lastId && !fixed.has(name) ? (makers.get(name)?.next() ?? example) : example,
        ]),
      ),
    );
  }

  private picks = 0;

  ids(n: number): LocatorIds {
    return this.known[n] ?? {};
  }

  indexOf({ named }: KnownCall): number | null {
    const index = this.known.findIndex((ids) =>
      Object.entries(ids).every(([name, id]) => (named[name] ?? id) === id),
    );
    return index < 0 ? null : index;
  }

  /** @param overlay - another value where the word stands; undefined leaves it out */
  answer(call: KnownCall | undefined, stage: Stage, overlay?: { readonly word: unknown }): FakeAnswer {
    const { status, list } = this.declaration;
    const errors = new ErrorWriter(this.declaration, { now: () => CREATED_AT });
    const toObject = (ids: Readonly<Record<string, string>>) => this.object(ids, stage, overlay);
    if (call?.name === 'status') {
      const n = this.indexOf(call);
      return n === null
        ? errors.answer('notFound', 'There is no such export.')
        : { body: toSingleAnswer(this.declaration, toObject(this.known[n] ?? {})) };
    }
    const further = toFurtherVendor(this.declaration);
    if (call?.name === 'further' && further !== null) {
      const ids = this.known[this.indexOf(call) ?? -1];
      if (ids === undefined) return errors.answer('notFound', 'There is no such export.');
      const object = this.object(ids, stage, undefined, further, toFurtherSpellings(this.declaration));
      return { body: toSingleAnswer(further, object) };
    }
    if (call?.name === 'list' && list !== null) {
      const body = putAt({}, list.items[0], this.known.map(toObject));
      return { body: withSuccess(status.success, body) as object };
    }
    if (call?.name === 'batch' && status.batch !== null) {
      const { id, items } = status.batch;
      const prefix = (id ?? status.id)?.prefix ?? '';
      const told = (call.many ?? []).map((text) => {
        const ids = this.known.find((each) => prefix + each[this.lastId] === text);
        const object = ids === undefined ? null : toObject(ids);
        return id === null || object === null ? object : putAt(object, id.at[0], text);
      });
      return { body: withSuccess(status.success, putAt({}, items[0], told)) as object };
    }
    return errors.badRequest('The suite knows no such request.');
  }

  /** An answer to a start that has begun the export of `ids(0)`. */
  started(overlay?: { readonly word: unknown } | { readonly id: unknown }): FakeAnswer {
    const { start, status } = this.declaration;
    if (start === null) throw new RangeError('The vendor starts nothing.');
    const ids = this.known[0] ?? {};
    let object = this.object(
      ids,
      'running',
      overlay !== undefined && 'word' in overlay ? overlay : undefined,
    );
    for (const [name, { at, prefix }] of Object.entries(start.answer.ids)) {
      const id = overlay !== undefined && 'id' in overlay ? overlay.id : (ids[name] ?? '');
      const value = typeof id === 'string' ? prefix + id : id;
      for (const pointer of at) object = removeAt(object, pointer);
      if (value !== undefined) object = putAt(object, at[0], value);
    }
    const body = withSuccess(status.success, putAt({}, start.answer.at[0], object));
    return { status: start.success[0] ?? 200, body: body as object };
  }

  private object(
    ids: Readonly<Record<string, string>>,
    stage: Stage,
    overlay: { readonly word: unknown } | undefined,
    vendor = this.declaration,
    spellings: Spellings = this.spellings,
  ): unknown {
    const number = this.known.indexOf(ids) + 1;
    const isOver = STAGE_READINGS[stage].status !== 'RUNNING';
    const look: Look = {
      stage,
      fraction: isOver ? 1 : 0.5,
      startedAt: CREATED_AT + 2_000,
      updatedAt: CREATED_AT + 60_000,
      finishedAt: isOver ? CREATED_AT + 60_000 : null,
    };
    const file: ToldFile = {
      urls: [`https://files.example.com/${number}.csv?Expires=4102444800&Signature=abc%2B%3D`],
      name: `export-${number}.csv`,
      mediaType: 'text/csv',
      sizeBytes: 53_075,
      checksum: '0'.repeat(64),
      expiresAt: Date.UTC(2099, 0, 1),
    };
    const told = { ids, number, title: `Export ${number}`, order: {}, createdAt: CREATED_AT, look };
    const files = vendor.files.map(() => file);
    const object = writeExport(vendor, spellings, { ...told, files });
    if (overlay === undefined) return object;
    const without = vendor.status.word.reduce(removeAt, object);
    return overlay.word === undefined ? without : putAt(without, vendor.status.word[0], overlay.word);
  }
}

function toOrderHarness(
  declaration: VendorDeclaration,
  writer: AnswerWriter,
  basePath: string,
): OrderHarness {
  const { start, errors, status } = declaration;
  if (start === null) throw new RangeError('The vendor starts nothing.');
  const places = toExamplePlaces(declaration);
  const { fields } = createExampleOrder(declaration, places);
  const orderIds = toOrderIds(declaration);
  const input = Object.fromEntries(
    Object.entries({ ...orderIds, ...fields }).map(([name, value]) => [
      name,
      start.order[name]?.type === 'DateTime' ? toInstants(value) : value,
    ]),
  );
  const hasWord = status.word.some(
    (pointer) => getAt(getAt(writer.started().body, start.answer.at[0]), pointer) !== undefined,
  );
  const writesWord = hasWord && tellsWholeExport(declaration);
  return {
    input: { account: 'conformance', ...input },
    request: `${start.request.method} ${basePath}${renderTarget(start.request, places)}`,
    calls: start.then === null ? 1 : 2,
    triesAfterLoss: start.idempotency === null ? 1 : 2,
    answer: () => writer.started(),
    idAnswer: (id) => writer.started({ id }),
    ...(writesWord ? { wordAnswer: (word) => writer.started({ word }) } : {}),
    refusal(words) {
      const writing = new ErrorWriter(declaration, { now: () => CREATED_AT });
      return { body: writing.body(400, words) };
    },
    tellsWhy: errors.message.length > 0,
    refusesWithGoodStatus: status.success !== null || errors.code.length > 0 || errors.message.length > 0,
    optionalFields: Object.entries(start.order).flatMap(([name, { isRequired }]) =>
      isRequired ? [] : [name],
    ),
    takes: (field, value) => takes(declaration, field, value),
  };
}

/** Some vendors answer a start with a part of what a status answer holds: then it says nothing of the word. */
function tellsWholeExport({ start, status }: VendorDeclaration): boolean {
  const [at] = status.word;
  return start !== null && start.then === null && at.length > 0;
}

function toInstants(value: unknown): unknown {
  return Array.isArray(value) ? value.map(toInstants) : typeof value === 'string' ? Date.parse(value) : value;
}

/** True for what most fields refuse and this one takes, by its type. */
function takes({ start }: VendorDeclaration, field: string, value: unknown): boolean {
  const rule = start?.order[field];
  if (rule === undefined) return false;
  if (rule.isList) return Array.isArray(value);
  if (rule.isMultiline) return typeof value === 'string' && /^[^\p{C}]+(?:\r\n[^\p{C}]+)+$/u.test(value);
  if (rule.type === 'Boolean') return value === true;
  if (rule.type !== 'JSON') return false;
  return typeof value === 'boolean' || typeof value === 'string' || Array.isArray(value);
}
