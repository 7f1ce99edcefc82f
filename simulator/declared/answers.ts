import type { Clock } from '../../src/runtime/clock.ts';
import type { ErrorRow, Pointer, VendorDeclaration, WaitRule } from '../../src/vendor-file/declaration.ts';
import type { SimulatorResponse } from '../simulator.ts';
import { putAt, settle, toIso } from './json.ts';

/** An answer that says no; thrown inside the simulator and sent by it. */
export class Refusal extends Error {
  readonly response: SimulatorResponse;

  constructor(response: SimulatorResponse) {
    super(`Simulated answer ${response.status}`);
    this.response = response;
  }
}

/** What HTTP calls it, where the file has no row. */
const STATUSES = {
  expired: 401,
  throttled: 429,
  notFound: 404,
  conflict: 409,
  forbidden: 403,
  unauthenticated: 401,
} as const;

/** What a vendor's errors are called here. */
export type AnsweredError = keyof typeof STATUSES;

/** Writes a vendor's errors as its file reads them. */
export class ErrorWriter {
  private readonly declaration: VendorDeclaration;
  private readonly clock: Pick<Clock, 'now'>;

  constructor(declaration: VendorDeclaration, clock: Pick<Clock, 'now'>) {
    this.declaration = declaration;
    this.clock = clock;
  }

  /** An error by the first row of its kind; as HTTP has it where there is none. */
  answer(kind: AnsweredError, message: string): SimulatorResponse {
    const [row] = this.declaration.errors[kind];
    if (row === undefined) return { status: STATUSES[kind], body: this.body(STATUSES[kind], message) };
    return this.byRow(row, STATUSES[kind], message);
  }

  /** A request that the file does not know. */
  badRequest(message: string): SimulatorResponse {
    return { status: 400, body: this.body(400, message) };
  }

  /** How the vendor asks to wait so long. */
  throttled(seconds: number): SimulatorResponse {
    const [row] = this.declaration.errors.throttled;
    const answer = this.answer('throttled', 'Too many requests.');
    const wait = row?.wait.find((rule): rule is ToldWait => !('defaultMs' in rule));
    if (wait === undefined && (row?.wait.length ?? 0) > 0) return answer;
    return this.withWait(answer, wait ?? { header: 'Retry-After', as: null }, seconds);
  }

  /** The envelope of an error, for a status that no row speaks of. */
  body(status: number, message = `Simulated fault: HTTP ${status}.`): object {
    return this.envelope(`SIMULATED_${status}`, message) as object;
  }

  /** An answer that fits a row. @param usual - its HTTP status where the row names none */
  byRow(row: ErrorRow, usual: number, message: string): SimulatorResponse {
    const status = row.status ?? usual;
    const text = row.message === null ? message : `${row.message}: ${message}`;
    const isByBody =
      (row.where?.length ?? 0) > 0 && row.code === null && row.message === null && row.namesId !== true;
    let body = isByBody ? {} : this.envelope(row.code ?? `SIMULATED_${status}`, text);
    for (const condition of row.where ?? []) body = settle(body, condition, true);
    const { success } = this.declaration.status;
    if (success !== null && !isByBody) body = putAt(body, success.at, success.is === true ? false : null);
    return { status, body: body as object };
  }

  private envelope(code: string, message: string): unknown {
    const { errors } = this.declaration;
    const withCode = putFirst({}, errors.code, code);
    return putFirst(withCode, errors.message, message);
  }

  private withWait(answer: SimulatorResponse, rule: ToldWait, seconds: number): SimulatorResponse {
    const value = this.toWait(rule.as, seconds);
    if ('header' in rule)
      return { ...answer, headers: { ...answer.headers, [rule.header.toLowerCase()]: String(value) } };
    return { ...answer, body: putAt(answer.body, rule.at[0], value) as object };
  }

  private toWait(as: string | null, seconds: number): string | number {
    const at = this.clock.now() + seconds * 1_000;
    switch (as) {
      case 'epoch-seconds':
        return Math.ceil(at / 1_000);
      case 'epoch-seconds-text':
        return String(Math.ceil(at / 1_000));
      case 'epoch-millis':
        return at;
      case 'rfc3339':
        return toIso(at);
      case 'milliseconds':
        return seconds * 1_000;
      case 'integer-text':
        return String(seconds);
      default:
        return seconds;
    }
  }
}

/** A wait that stands in the answer. */
type ToldWait = Exclude<WaitRule, { readonly defaultMs: number }>;

/** Below what stands there as text nothing can stand: the next pointer is tried. */
function putFirst(root: unknown, pointers: readonly Pointer[], value: string): unknown {
  const [pointer] = pointers;
  return pointer === undefined ? root : putAt(root, pointer, value);
}
