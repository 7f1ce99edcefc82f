import type { VendorId } from './vendor-id.ts';

/** Why reading an export failed. A code, once shipped, keeps its meaning. */
export type VendorErrorCode =
  | 'EXPORT_NOT_FOUND' // the vendor knows no such export, or hides it from us
  | 'VENDOR_UNAUTHENTICATED' // the vendor refused the account's credential
  | 'VENDOR_FORBIDDEN' // the credential is good, but may not read this
  | 'VENDOR_RATE_LIMITED' // the vendor, or our own limit towards it, asks to wait; see retryAfterMs
  | 'VENDOR_TIMEOUT' // no answer within the configured limit
  | 'VENDOR_UNAVAILABLE' // no connection, a 5xx, or an open circuit breaker
  | 'VENDOR_BAD_RESPONSE' // an answer we cannot read
  | 'UNSUPPORTED_BY_VENDOR'; // the vendor has no such call

/** Why an export cannot be watched at the moment. */
export type WatchInterruptionCode = VendorErrorCode | 'WATCH_STORE_UNAVAILABLE'; // what several gateways share cannot be reached, so that nothing is asked or told of it

/** Codes after which the same question may be answered differently a moment later. */
const RETRYABLE: ReadonlySet<VendorErrorCode> = new Set<VendorErrorCode>([
  'VENDOR_RATE_LIMITED',
  'VENDOR_TIMEOUT',
  'VENDOR_UNAVAILABLE',
  'VENDOR_BAD_RESPONSE',
]);

export interface VendorErrorFacts {
  readonly code: VendorErrorCode;
  /** One sentence for a person: what was asked, of whom, what came back. Never a secret, a link or a host. */
  readonly message: string;
  readonly vendor: VendorId;
  /** The account's key in the configuration. */
  readonly account: string;
  readonly httpStatus?: number | undefined;
  /** The vendor's own code, bounded, where its answer held one. */
  readonly vendorCode?: string | undefined;
  /** Milliseconds to wait before asking again; `undefined` when nobody said. */
  readonly retryAfterMs?: number | undefined;
  /** Overrides what the code says about asking again. */
  readonly isRetryable?: boolean | undefined;
  readonly cause?: unknown;
}

/** Reading an export failed; the job itself may be fine. A job that failed is data (`ExportFailure`), never an error. */
export class VendorError extends Error {
  override readonly name = 'VendorError';
  readonly code: VendorErrorCode;
  readonly vendor: VendorId;
  readonly account: string;
  readonly httpStatus: number | undefined;
  readonly vendorCode: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly isRetryable: boolean;

  constructor(facts: VendorErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = facts.code;
    this.vendor = facts.vendor;
    this.account = facts.account;
    this.httpStatus = facts.httpStatus;
    this.vendorCode = facts.vendorCode;
    this.retryAfterMs = facts.retryAfterMs;
    this.isRetryable = facts.isRetryable ?? RETRYABLE.has(facts.code);
  }
}

/** Why an export could not be started. A code, once shipped, keeps its meaning. */
export type StartErrorCode =
  | 'VENDOR_REJECTED' // the vendor looked at the order and refused it; see vendorMessage
  | 'START_OUTCOME_UNKNOWN'; // the order may or may not have reached the vendor: its answer was lost

export interface StartErrorFacts {
  readonly code: StartErrorCode;
  /** One sentence for a person: what came back, and what to do. Never a secret, a link or a host. */
  readonly message: string;
  readonly vendor: VendorId;
  /** The account's key in the configuration. */
  readonly account: string;
  readonly httpStatus?: number | undefined;
  /** The vendor's own code, bounded, where its answer held one. */
  readonly vendorCode?: string | undefined;
  /** The vendor's own words for the refusal: plain text, bounded, without markup and secrets. */
  readonly vendorMessage?: string | undefined;
  /** True where asking again with the same idempotency key cannot start a second export. */
  readonly isRetryable?: boolean | undefined;
  readonly cause?: unknown;
}

/** An order came to nothing that can be shown. Every other failure of a start is a VendorError: then nothing was started. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly code: StartErrorCode;
  readonly vendor: VendorId;
  readonly account: string;
  readonly httpStatus: number | undefined;
  readonly vendorCode: string | undefined;
  readonly vendorMessage: string | undefined;
  readonly isRetryable: boolean;

  constructor(facts: StartErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = facts.code;
    this.vendor = facts.vendor;
    this.account = facts.account;
    this.httpStatus = facts.httpStatus;
    this.vendorCode = facts.vendorCode;
    this.vendorMessage = facts.vendorMessage;
    this.isRetryable = facts.isRetryable ?? false;
  }
}

/** A mutation was refused by the gateway itself; no vendor was asked. */
export class TrackingError extends Error {
  override readonly name = 'TrackingError';
  readonly code: 'IDEMPOTENCY_KEY_REUSED' | 'TRACKING_LIMIT';

  constructor(code: TrackingError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** What has to be written down could not be. Reads of vendors go on. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
  readonly code = 'STORE_UNAVAILABLE';

  constructor(
    message = 'The store cannot be reached, so nothing was started or changed: try again in a moment.',
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** The caller's input can be refused without asking any vendor. The message says what to send instead. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly code = 'BAD_USER_INPUT';
  /** Where the fault is, e.g. `locator.powerBi.reportId`. */
  readonly field: string | undefined;

  constructor(message: string, field?: string) {
    super(message);
    this.field = field;
  }
}

/** The work was given up because nobody waits for it any more; never shown to a caller. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
