import { StartError, VendorError } from '../export/errors.ts';
import type { CallEnd } from './call.ts';
import type { HealthNotes } from './call-ends.ts';
import { type ErrorMapper, toSafeCause } from './errors.ts';
import type { AccountResponse } from './types.ts';

/** One order, and who waits for it. */
interface OrderWaiter<Result> {
  readonly ordered: string;
  readonly onServerFault: ((response: AccountResponse) => void) | undefined;
  read(response: AccountResponse): Result;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

const REQUEST_TIMEOUT = 408;

/**
 * What the end of a call means for an order: whether it was carried out, was not, or may have been. Whatever is not sure is the
 * third: who takes it for the second orders again.
 */
export class OrderEnd<Result> implements CallEnd {
  private readonly health: HealthNotes;
  private readonly errors: ErrorMapper;
  private readonly waiter: OrderWaiter<Result>;

  constructor(health: HealthNotes, errors: ErrorMapper, waiter: OrderWaiter<Result>) {
    this.health = health;
    this.errors = errors;
    this.waiter = waiter;
  }

  onAnswer(response: AccountResponse, isThrottled: boolean): void {
    this.health.noteAnswer(response, isThrottled);
    const { ordered, onServerFault } = this.waiter;
    const { status } = response;
    if (status >= 500) onServerFault?.(response);
    if (saysNothing(status)) {
      this.waiter.reject(this.errors.lostAnswer(ordered, `it was ${status}`, response));
    } else if (isThrottled) {
      this.waiter.reject(this.errors.fromResponse(response, ordered));
    } else {
      this.read(response);
    }
  }

  onError(error: unknown, isUnanswered: boolean): void {
    this.health.noteError(error);
    const { ordered, reject } = this.waiter;
    if (!isUnanswered) {
      reject(error);
      return;
    }
    const isOurs = error instanceof VendorError;
    const problem = isOurs ? error.message.replace(/\.$/, '') : 'it did not come';
    reject(this.errors.lostAnswer(ordered, problem, undefined, isOurs ? error : toSafeCause(error)));
  }

  private read(response: AccountResponse): void {
    const { ordered, resolve, reject } = this.waiter;
    let result: Result;
    try {
      result = this.waiter.read(response);
    } catch (error) {
      const isDeclared = error instanceof VendorError && this.errors.declaredCode(response) !== undefined;
      const isTold = response.status >= 300 || error instanceof StartError || isDeclared;
      reject(
        isTold ? error : this.errors.lostAnswer(ordered, 'it cannot be read', response, toSafeCause(error)),
      );
      return;
    }
    resolve(result);
  }
}

/** Whether the status leaves open what became of the order: somebody in between may have answered. */
function saysNothing(status: number): boolean {
  return status >= 500 || status === REQUEST_TIMEOUT || (status >= 300 && status < 400);
}

/** By it vendors say that an order with the same key is still under way. */
const CONFLICT = 409;

/**
 * Sends an order that its vendor knows by a key, and once more with the same key where its answer is lost.
 *
 * What the second sending comes to counts only where it is the vendor's word on the order; else the first answer is as lost as before.
 *
 * @throws what the sendings throw
 */
export async function orderAgain<Result>(send: () => Promise<Result>): Promise<Result> {
  try {
    return await send();
  } catch (lost) {
    if (!(lost instanceof StartError) || lost.code !== 'START_OUTCOME_UNKNOWN') throw lost;
    try {
      return await send();
    } catch (error) {
      const isToldNo =
        error instanceof StartError && error.code === 'VENDOR_REJECTED' && error.httpStatus !== CONFLICT;
      throw isToldNo ? error : lost;
    }
  }
}
