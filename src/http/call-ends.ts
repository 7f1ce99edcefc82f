import { Readable } from 'node:stream';
import type { CancelSignal, FileStream } from '../export/ports.ts';
import type { Clock } from '../runtime/clock.ts';
import type { CallEnd } from './call.ts';
import type { ErrorMapper } from './errors.ts';
import { FileBody } from './file-transfer.ts';
import type { Exchange } from './transport.ts';
import type { AccountResponse, ResponseHeaders } from './types.ts';

/*
 * Who waits for the end of a call that reads: for its whole answer, or for a file. order.ts has the end of an order.
 */

/** Whose health the end of a call tells something about. */
export interface HealthNotes {
  noteAnswer(response: AccountResponse, isThrottled: boolean): void;
  noteError(error: unknown): void;
  /** A good answer's head is there, and its body is on its way. */
  noteStream(): void;
}

/** Waits for a whole answer. */
export class Waiter<Result> implements CallEnd {
  private readonly health: HealthNotes;
  private readonly read: (response: AccountResponse) => Result;
  private readonly resolve: (result: Result) => void;
  private readonly reject: (error: unknown) => void;

  constructor(
    health: HealthNotes,
    read: (response: AccountResponse) => Result,
    resolve: (result: Result) => void,
    reject: (error: unknown) => void,
  ) {
    this.health = health;
    this.read = read;
    this.resolve = resolve;
    this.reject = reject;
  }

  onAnswer(response: AccountResponse, isThrottled: boolean): void {
    this.health.noteAnswer(response, isThrottled);
    try {
      this.resolve(this.read(response));
    } catch (error) {
      this.reject(error);
    }
  }

  onError(error: unknown): void {
    this.health.noteError(error);
    this.reject(error);
  }
}

/** Who waits for a file, and how long it may be silent. */
interface FileWaiter {
  readonly clock: Clock;
  readonly idleMs: number;
  readonly signal: CancelSignal | undefined;
  resolve(file: FileStream): void;
  reject(error: unknown): void;
}

/** Waits for the head of a file's answer, and hands its body on. */
export class FileEnd implements CallEnd {
  private readonly health: HealthNotes;
  private readonly errors: ErrorMapper;
  private readonly waiter: FileWaiter;

  constructor(health: HealthNotes, errors: ErrorMapper, waiter: FileWaiter) {
    this.health = health;
    this.errors = errors;
    this.waiter = waiter;
  }

  onAnswer(response: AccountResponse, isThrottled: boolean): void {
    this.health.noteAnswer(response, isThrottled);
    const { status, headers } = response;
    this.waiter.resolve({ status, headers, body: Readable.from([]) });
  }

  onStream(status: number, headers: ResponseHeaders, exchange: Exchange): FileBody {
    this.health.noteStream();
    const { clock, idleMs, signal, resolve } = this.waiter;
    const toError = (...fault: Parameters<ErrorMapper['fault']>) => this.errors.fault(...fault);
    const body = new FileBody({ exchange, clock, idleMs, signal, toError });
    resolve({ status, headers, body });
    return body;
  }

  onError(error: unknown): void {
    this.health.noteError(error);
    this.waiter.reject(error);
  }
}
