import type { StartError, VendorError, VendorErrorCode } from '../export/errors.ts';
import type { AccountHealth, FileStream, OpenOptions, ReadOptions } from '../export/ports.ts';
import type { VendorId } from '../export/vendor-id.ts';
import type { Tools } from '../runtime/tools.ts';
import type { TokenKeeper } from './token-keeper.ts';

/** How an account proves itself to its vendor. `caller` is resolved to the caller's own token before it gets here. */
export type Credential =
  | { readonly type: 'api-key'; readonly apiKey: string }
  | {
      readonly type: 'client-credentials';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope?: string | undefined;
    }
  | {
      readonly type: 'refresh-token';
      readonly tokenUrl: string;
      readonly clientId: string;
      /** Left out for clients that have none. */
      readonly clientSecret?: string | undefined;
      readonly refreshToken: string;
    }
  | { readonly type: 'bearer'; readonly token: string };

/** What an account may spend on its vendor. */
export interface AccountLimits {
  /** Above 0, at most 10,000. */
  readonly requestsPerSecond: number;
  readonly maxConcurrent: number;
  /** Per vendor call; a read with its retries ends within three times that. */
  readonly timeoutMs: number;
}

/** Headers of an answer, names in lower case, values joined where one came twice. */
export type ResponseHeaders = Readonly<Record<string, string | undefined>>;

/** A vendor's whole answer, read to its end within the body bound. */
export interface AccountResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** The body as UTF-8 text, decompressed. */
  readonly text: string;
  /** The body as JSON, or `undefined` where it is none. Integers that a float cannot hold are decimal strings. */
  readonly json: unknown;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** What holds for a vendor call whatever it asks. */
export interface CallOptions extends ReadOptions {
  /**
   * When the call ends at the latest, epoch milliseconds: for calls that share the time of one. Never later than three times the
   * limit of one request, which is the default.
   */
  readonly endsAt?: number | undefined;
}

/** Where a request goes: below the account's base URL. */
export interface RequestTarget {
  /** Path segments below the base URL; each is percent-encoded here, and `.` or `..` is refused. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | number>> | undefined;
}

/** What a request carries beside the credential. */
export interface RequestContent {
  /**
   * The vendor's own headers, names in lower case. They may say another `accept` or `content-type`; those that show who asks, lead
   * elsewhere or frame the message are refused with a TypeError.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON; left out where there is no body. */
  readonly json?: unknown;
  /** Sent as a form, encoded already; never beside `json`. */
  readonly form?: string | undefined;
}

export interface AccountRequest extends RequestTarget, RequestContent {
  /** Default GET. Only a GET is ever repeated, and what `isRead`. */
  readonly method?: RequestMethod | undefined;
  /** It changes nothing whatever its method is, so that it is repeated as a GET is: a query of GraphQL by POST. */
  readonly isRead?: boolean | undefined;
}

export type RequestMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A file behind the account's credential. */
export interface OpenRequest extends CallOptions, OpenOptions {
  /** Below the base URL, with `query`; or `url`, but not both. */
  readonly path?: readonly string[] | undefined;
  readonly query?: RequestTarget['query'];
  /**
   * A whole address as an answer held it: https (plain http on this machine for a base URL there), and on the base URL's origin or
   * one of `AccountClientSettings.origins`.
   */
  readonly url?: string | undefined;
  /** The vendor's own headers, as `RequestContent.headers`. */
  readonly vendorHeaders?: Readonly<Record<string, string>> | undefined;
}

/** A request that changes something at the vendor. */
export interface OrderRequest extends RequestTarget, RequestContent {
  readonly method: Exclude<RequestMethod, 'GET'>;
  /**
   * By which the vendor knows an order again: where its answer is lost, it is sent once more with the same key. The header's name is in
   * lower case, the key is visible ASCII.
   */
  readonly idempotency?: { readonly header: string; readonly key: string } | undefined;
  /** Told of an answer of 500 or above, which `read` never sees: what a vendor says there about its fault may be worth a log line. */
  readonly onServerFault?: ((response: AccountResponse) => void) | undefined;
}

/** A token as the token endpoint gave it. */
export interface AccessToken {
  readonly value: string;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** What a token endpoint is asked with. The client's secret may stand in any part of it. */
export interface TokenRequest {
  readonly headers: Readonly<Record<string, string>>;
  /** A form, encoded; empty for none. */
  readonly body: string;
  /** Encoded; put behind the token URL's own query. */
  readonly query?: string | undefined;
}

/** How a vendor wants to be spoken to: everything about HTTP that differs between vendors. */
export interface VendorHttpRules {
  /** The headers that carry the credential: the key, the fixed token, or the token that was got for it. */
  authHeaders(credential: {
    readonly type: Credential['type'];
    readonly value: string;
  }): Readonly<Record<string, string>>;
  /** How a token is asked for; only vendors that take client credentials have one. */
  readonly tokenRequest?: (credential: Extract<Credential, { type: 'client-credentials' }>) => TokenRequest;
  /** The same for vendors that take refresh tokens. */
  readonly refreshRequest?: (
    credential: Extract<Credential, { type: 'refresh-token' }>,
    refreshToken: string,
  ) => TokenRequest;
  /** True where the vendor replaces a refresh token when it is used: each new one is kept in the store. */
  readonly rotatesRefreshTokens?: boolean;
  /** How long before its expiry a token is renewed; never more than half its life. */
  readonly tokenRenewalMs?: number;
  /**
   * True where the answer, of whatever status, says that the token has expired: it is dropped, renewed, and the call repeated once.
   * Only asked for credentials that can be renewed.
   */
  isTokenExpired(response: AccountResponse, token: AccessToken, now: number): boolean;
  /** True where the answer is the vendor's way to say "too many", with whatever status, 200 included. Default: a 429 is. */
  readonly isThrottled?: (response: AccountResponse) => boolean;
  /**
   * How long a throttled answer asks to wait, in milliseconds, where it says so elsewhere than in `Retry-After` and
   * `X-RateLimit-Reset`; of several, the longest holds.
   */
  readonly throttleWaitMs?: (response: AccountResponse) => number | undefined;
  /**
   * True where an answer of 500 or above tells what was asked: no fault of the vendor's, and not asked again. An order's answer is lost
   * all the same.
   */
  readonly isAnswer?: (response: AccountResponse) => boolean;
  /** What an answer means as one of our codes, with whatever status; `undefined` where the status says it. "Too many" goes before. */
  readonly errorCode?: (response: AccountResponse) => VendorErrorCode | undefined;
  /** The vendor's own code in an error body, if it has one: a short word, never free text. */
  vendorCode(response: AccountResponse): string | undefined;
}

/** Where tokens that replace each other are kept. */
export interface KeptTokens {
  readonly keeper: TokenKeeper;
  /** See `VendorAccount.identity`. */
  readonly identity: string;
}

export interface AccountClientSettings {
  readonly vendor: VendorId;
  /** The vendor's name in prose, for messages. */
  readonly vendorName: string;
  readonly account: string;
  /** What request paths are appended to; never ends in `/`. */
  readonly baseUrl: string;
  /** Further origins that the credential may go to, for files that answers tell of: `https://files.vendor.example`. */
  readonly origins?: readonly string[] | undefined;
  readonly credential: Credential;
  readonly limits: AccountLimits;
  readonly rules: VendorHttpRules;
  readonly tools: Tools;
  /** For credentials whose vendor replaces them; without it such a credential is never used. */
  readonly keptTokens?: KeptTokens | undefined;
  /** Called once for every request that was sent, token requests included; for metrics. */
  readonly onCall?: ((call: VendorCall) => void) | undefined;
}

/** What a call may wait for before its turn comes. */
export const WAIT_CAUSES = ['rate', 'concurrency', 'throttled'] as const;

/** `rate`: our requests a second; `concurrency`: calls under way; `throttled`: the vendor asked the account to wait. */
export type WaitCause = (typeof WAIT_CAUSES)[number];

/** Milliseconds by cause. */
export type Waits = Readonly<Record<WaitCause, number>>;

export interface VendorCall {
  readonly vendor: VendorId;
  readonly account: string;
  readonly purpose: 'api' | 'token';
  /** The HTTP status, or why there was none. */
  readonly outcome: number | 'timeout' | 'connection' | 'aborted' | 'unreadable';
  readonly durationMs: number;
  /** How long it had waited for its turn, which is no part of the duration. */
  readonly waits: Waits;
}

/**
 * One account's way to its vendor: pool, deadline, retry, limits, breaker, tokens.
 *
 * Everything that is the same for every vendor happens here; what an answer means is the vendor's own affair.
 */
export interface AccountClient {
  /**
   * Sends a request and reads its answer.
   *
   * @param read - what is made of the answer, at once; default: itself
   *
   * Every status below 500 is an answer and returned, redirects (never followed) included; so is a 5xx that outlived
   * its retries or that is an answer by the vendor's rules, and one that asks to wait. Whoever calls turns them into codes with `toVendorError`.
   *
   * @throws VendorError VENDOR_TIMEOUT, VENDOR_UNAVAILABLE (no connection, breaker open), VENDOR_RATE_LIMITED (the
   * account is waiting for longer than this call may), VENDOR_BAD_RESPONSE (body over the bound, broken compression),
   * VENDOR_UNAUTHENTICATED (no token to be had); the signal's reason when it aborts
   */
  send(request: AccountRequest, options?: CallOptions): Promise<AccountResponse>;
  send<Result>(
    request: AccountRequest,
    options: CallOptions | undefined,
    read: (response: AccountResponse) => Result,
  ): Promise<Result>;
  /**
   * Opens an answer as a stream, for files behind the account's credential: one attempt (one more where the token had
   * expired), the deadline until the headers and then between two pieces of the body, no body bound.
   *
   * An answer of 300 or above is returned with its body read to a bounded end and replaced by an empty one. Of the
   * caller's headers only `range`, `if-range`, `if-none-match` and `if-modified-since` are passed on. Redirects are never followed.
   *
   * @throws VendorError as `send` does, and VENDOR_BAD_RESPONSE for a `url` to which the credential may not go, before anything is sent; a body that breaks off errors its stream
   */
  open(request: OpenRequest): Promise<FileStream>;
  /**
   * The error for an answer that is none of the expected ones; by HTTP status, with the vendor's code beside it.
   *
   * @param asked - what was asked for, as a noun: `the status of an export`
   * @param code - what it means, where that follows from what was asked and not from the answer alone
   */
  toVendorError(response: AccountResponse, asked: string, code?: VendorErrorCode): VendorError;
  /**
   * Sends an order: a request that makes the vendor begin something, and so must not reach it twice.
   *
   * It is sent once, whatever comes of it; once more only where the answer says that the token had expired (`isTokenExpired`), since then
   * the vendor has not looked at it, or where its answer is lost and it has a key by which the vendor knows it again (`idempotency`). Its
   * waits for a turn end as those of `send` do, before it is sent; from then on the vendor has the whole time of one request. No signal gives it up.
   *
   * @param ordered - what was ordered, for messages, as a noun: `an export`
   * @param read - what is made of an answer of 2xx or 4xx, at once, 408 and throttling left out; throws StartError or VendorError for
   *   those that are none. What it finds unreadable in a 2xx it passes to `toLostAnswer`; whatever else it throws at one becomes that too.
   * @throws StartError START_OUTCOME_UNKNOWN where it was, or may have been, sent and no such answer came back (5xx, 3xx and 408
   *   included); VendorError where the vendor asks to wait, and as `send` does where nothing was sent (no connection, breaker open,
   *   limits, no token)
   */
  order<Result>(
    request: OrderRequest,
    options: CallOptions | undefined,
    ordered: string,
    read: (response: AccountResponse) => Result,
  ): Promise<Result>;
  /** The error for a good status of an order whose body cannot be read; `problem` names the field: `"id" is missing`. */
  toLostAnswer(response: AccountResponse, ordered: string, problem: string): StartError;
  /**
   * The error for a vendor's refusal of an order (400, 422, and whatever else the vendor's documentation says is one).
   *
   * @param vendorMessage - the vendor's own words as they came; bounded, cleaned of markup, control characters, links and known secrets here
   */
  toRejection(response: AccountResponse, ordered: string, vendorMessage: string | undefined): StartError;
  /** The error for a good status whose body cannot be read; `problem` names the field: `"status" is missing`. */
  toBadResponse(response: AccountResponse, asked: string, problem: string): VendorError;
  /** An error of this account that no answer stands behind, e.g. UNSUPPORTED_BY_VENDOR. */
  toError(code: VendorErrorCode, message: string): VendorError;
  health(): AccountHealth;
  close(): Promise<void>;
}
