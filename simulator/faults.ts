import * as z from 'zod';
import type { Clock } from '../src/runtime/clock.ts';
import { CALL_KINDS, type MountName } from './calls.ts';
import type { CallKind } from './simulator.ts';

/** The ways an answer can go wrong, with what each does. */
export const FAULT_KINDS = {
  status: 'an error status (400 to 599, field "status") with the vendor\'s own error body',
  throttle: '429 with Retry-After (field "retryAfterSeconds", default 5)',
  html: '502 with an HTML page',
  garbage: '200 with bytes that are no JSON',
  truncated: 'the true answer, its body cut in half',
  empty: '200 with an empty body',
  null: '200 with the JSON value null',
  huge: '200 with 50 MB of valid JSON',
  'gzip-bomb': '200 with half a megabyte that unpacks to 512 MB',
  hang: 'no answer at all, the connection stays open',
  slow: 'the true answer, late (field "delayMs", default 3000)',
  reset: 'the connection is reset before an answer',
  'half-body': 'the true answer, the connection dies half-way through its body',
  'token-expired': 'what the vendor says when the token has run out; nothing is done',
  'lost-answer': 'the work is done, then the connection dies, "afterBytes" into the answer (default 0)',
  'lost-after-head': 'the work is done, then the connection dies behind the head of the answer',
  'unreadable-answer': 'the work is done, then a good status with bytes that are no JSON',
  'answers-500-but-accepts': "the work is done, then 500 with the vendor's own error body",
  'hangs-but-accepts': 'the work is done, then no answer at all, the connection stays open',
  simulate: 'the true answer to the same call with the header x-simulate (field "words")',
} as const;

export type FaultKind = keyof typeof FAULT_KINDS;

const KIND_NAMES = Object.keys(FAULT_KINDS) as [FaultKind, ...FaultKind[]];

/** The vendor does what it is told, and the caller does not learn of it. A start may order them by `x-simulate` too. */
const LOSSES: ReadonlySet<string> = new Set<FaultKind>([
  'lost-answer',
  'lost-after-head',
  'unreadable-answer',
  'answers-500-but-accepts',
  'hangs-but-accepts',
]);

const toFaultSchema = (names: readonly MountName[]) =>
  z
    .strictObject(
      {
        vendor: z.enum(names, { error: `"vendor" must be one of ${names.join(', ')}.` }),
        kind: z.enum(KIND_NAMES, { error: `"kind" must be one of ${KIND_NAMES.join(', ')}.` }),
        times: toWhole('times', 1, 1_000_000).optional(),
        forSeconds: toWhole('forSeconds', 1, 3_600).optional(),
        call: z.enum(CALL_KINDS, { error: `"call" must be one of ${CALL_KINDS.join(', ')}.` }).optional(),
        pathPrefix: toText('pathPrefix').startsWith('/', '"pathPrefix" must begin with "/".').optional(),
        pathIncludes: toText('pathIncludes').optional(),
        status: toWhole('status', 400, 599).optional(),
        retryAfterSeconds: toWhole('retryAfterSeconds', 0, 86_400).optional(),
        delayMs: toWhole('delayMs', 0, 600_000).optional(),
        afterBytes: toWhole('afterBytes', 0, 100_000_000).optional(),
        words: toText('words').optional(),
      },
      {
        error: ({ code }) =>
          code === 'unrecognized_keys'
            ? 'The fields of an order are vendor, kind, times, forSeconds, call, pathPrefix, pathIncludes, status, retryAfterSeconds, delayMs, afterBytes and words; there is no other.'
            : 'An order is a JSON object, such as {"vendor":"talkdesk","kind":"throttle"}.',
      },
    )
    .refine(({ kind, status }) => (kind === 'status') === (status !== undefined), {
      error: '"status" (400 to 599) must be given for the kind "status", and for no other.',
    })
    .refine(({ kind, words }) => (kind === 'simulate') === (words !== undefined), {
      error: '"words" must be given for the kind "simulate", and for no other.',
    })
    .refine(({ kind, afterBytes }) => kind === 'lost-answer' || afterBytes === undefined, {
      error: '"afterBytes" may be given for the kind "lost-answer", and for no other.',
    })
    // A while meets every call in it; with `times` it ends at whichever comes first.
    .transform((order) => (order.forSeconds === undefined ? { ...order, times: order.times ?? 1 } : order));

/** What to order: `vendor` and `kind`, where it strikes, how often or how long, and how hard. */
export interface FaultOrder {
  readonly vendor: MountName;
  readonly kind: FaultKind;
  /** How often it strikes; default once, or as often as it can within `forSeconds`. */
  readonly times?: number | undefined;
  /** How long it strikes, in seconds of the real time. */
  readonly forSeconds?: number | undefined;
  /** Which calls it meets; default all but those for tokens. */
  readonly call?: CallKind | undefined;
  /** It meets paths that begin so, below the vendor's own. */
  readonly pathPrefix?: string | undefined;
  readonly pathIncludes?: string | undefined;
  /** The HTTP status of the kind `status`, 400 to 599. */
  readonly status?: number | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly delayMs?: number | undefined;
  /** How much of an answer comes before it is lost. */
  readonly afterBytes?: number | undefined;
  /** Words of `x-simulate`, for the kind `simulate`. */
  readonly words?: string | undefined;
}

/** An order as it stands. */
export type Fault = Omit<FaultOrder, 'times'> & {
  /** How often it will still strike; left out where only time ends it. */
  readonly times?: number | undefined;
  /** It strikes no more from then on, in epoch milliseconds of the real time; left out where only `times` ends it. */
  readonly endsAt?: number | undefined;
};

type FaultSchema = ReturnType<typeof toFaultSchema>;

/** @throws RangeError with a sentence that says what is allowed */
function parseFaultOrder(schema: FaultSchema, input: unknown): Fault {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new RangeError([...new Set(result.error.issues.map(({ message }) => message))].join(' '));
}

/** The faults ordered and not yet spent. The oldest that fits a request strikes. */
export class FaultBook {
  private readonly clock: Pick<Clock, 'now'>;
  private readonly schema: FaultSchema;
  private faults: Fault[] = [];

  /**
   * @param clock - runs at real speed, as all that faults are measured by
   * @param names - of everything that is mounted
   */
  constructor(clock: Pick<Clock, 'now'>, names: readonly MountName[]) {
    this.clock = clock;
    this.schema = toFaultSchema(names);
  }

  /**
   * Orders a fault. With neither call nor path it meets every call but those for tokens, whose time cannot be foreseen; one that
   * only tells something where a vendor is told to do something meets starts.
   *
   * @throws RangeError with a sentence that says what is allowed
   */
  order(order: FaultOrder): Fault {
    const parsed = parseFaultOrder(this.schema, order);
    const { forSeconds } = parsed;
    const fault =
      forSeconds === undefined ? parsed : { ...parsed, endsAt: this.clock.now() + forSeconds * 1_000 };
    this.faults.push(fault);
    return fault;
  }

  list(): readonly Fault[] {
    this.dropEnded();
    return this.faults;
  }

  /** Takes back what `order` gave; nothing happens where it has struck for the last time. */
  withdraw(fault: Fault): void {
    this.faults = this.faults.filter((one) => one !== fault);
  }

  /** @param mount - where; everywhere unless given */
  clear(mount?: MountName): void {
    this.faults = mount === undefined ? [] : this.faults.filter(({ vendor }) => vendor !== mount);
  }

  /** The fault that strikes this request, one time of it spent; `undefined` for a request that is left in peace. */
  take(mount: MountName, kind: CallKind, path: string): Fault | undefined {
    this.dropEnded();
    const index = this.faults.findIndex((fault) => fault.vendor === mount && isAimedAt(fault, kind, path));
    const fault = this.faults[index];
    if (fault?.times === undefined) return fault;
    if (fault.times > 1) this.faults[index] = { ...fault, times: fault.times - 1 };
    else this.faults.splice(index, 1);
    return fault;
  }

  private dropEnded(): void {
    const now = this.clock.now();
    this.faults = this.faults.filter(({ endsAt }) => endsAt === undefined || endsAt > now);
  }
}

function isAimedAt(fault: Fault, kind: CallKind, path: string): boolean {
  const { call, pathPrefix, pathIncludes } = fault;
  if (call !== undefined && call !== kind) return false;
  if (call === undefined && pathPrefix === undefined && pathIncludes === undefined)
    return isForOrders(fault.kind) ? kind === 'start' : kind !== 'token';
  return path.startsWith(pathPrefix ?? '') && path.includes(pathIncludes ?? '');
}

function isForOrders(kind: FaultKind): boolean {
  return kind === 'simulate' || isLoss(kind);
}

/** True for those where the vendor does the work, and only the answer is spoilt. */
export function isLoss(kind: FaultKind): boolean {
  return LOSSES.has(kind);
}

/**
 * Parts the words of an `x-simulate` header: at most one names a fault, the rest is for the vendor.
 *
 * @returns the header as the vendor is to see it, `undefined` where nothing is left of it
 */
export function splitWords(header: string): {
  readonly loss: FaultKind | undefined;
  readonly rest: string | undefined;
} {
  const words = header.split(',').map((word) => word.trim().toLowerCase());
  const loss = words.find((word) => LOSSES.has(word)) as FaultKind | undefined;
  if (loss === undefined) return { loss, rest: header };
  const rest = words.filter((word) => !LOSSES.has(word)).join(',');
  return { loss, rest: rest === '' ? undefined : rest };
}

function toWhole(name: string, least: number, most: number) {
  const error = `"${name}" must be a whole number from ${least} to ${most}.`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

function toText(name: string) {
  const error = `"${name}" must be a text of 1 to 500 characters.`;
  return z.string({ error }).min(1, { error }).max(500, { error });
}
