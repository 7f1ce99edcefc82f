import { StartError, VendorError, type VendorErrorCode, type VendorErrorFacts } from '../export/errors.ts';
import { MAX_RETRY_WAIT_MS } from './retry.ts';
import { parseRetryAfter } from './retry-after.ts';
import type { AccountClientSettings, AccountResponse } from './types.ts';
import { cleanVendorWords } from './vendor-words.ts';

/** What the vendor's statuses mean when they are not what was hoped for; 5xx and throttling are told apart before. */
const CODE_BY_STATUS: ReadonlyMap<number, VendorErrorCode> = new Map<number, VendorErrorCode>([
  [401, 'VENDOR_UNAUTHENTICATED'],
  [403, 'VENDOR_FORBIDDEN'],
  [404, 'EXPORT_NOT_FOUND'],
  [408, 'VENDOR_TIMEOUT'],
  [410, 'EXPORT_NOT_FOUND'],
]);

/** Codes beside which the vendor's wish to wait is worth telling. */
const WAITING: ReadonlySet<VendorErrorCode> = new Set<VendorErrorCode>([
  'VENDOR_RATE_LIMITED',
  'VENDOR_UNAVAILABLE',
]);

/** A vendor's own code is a short word: anything else could be free text with names or secrets in it. */
const VENDOR_CODE = /^[A-Za-z0-9_.-]{1,64}$/;

/** A vendor's own code where it is a short word; `undefined` for anything else. */
export function toVendorCode(value: unknown): string | undefined {
  return typeof value === 'string' && VENDOR_CODE.test(value) ? value : undefined;
}

type Facts = Omit<VendorErrorFacts, 'code' | 'message' | 'vendor' | 'account'>;

/** How long the account is asked to wait from now on, in milliseconds. */
interface Gate {
  remainingMs(): number;
}

/** Makes this account's errors: every sentence names the vendor, none a host, an id or a secret. */
export class ErrorMapper {
  private readonly settings: AccountClientSettings;
  private readonly gate: Gate;

  constructor(settings: AccountClientSettings, gate: Gate) {
    this.settings = settings;
    this.gate = gate;
  }

  error(code: VendorErrorCode, message: string, facts: Facts = {}): VendorError {
    const { vendor, account } = this.settings;
    return new VendorError({ ...facts, code, message, vendor, account });
  }

  /**
   * @param asked - what was asked for, e.g. `the status of an export`
   * @param known - what the answer means, where whoever asked knows better
   */
  fromResponse(response: AccountResponse, asked: string, known?: VendorErrorCode): VendorError {
    const { vendorName, rules } = this.settings;
    const { status } = response;
    const vendorCode = toVendorCode(rules.vendorCode(response));
    const code = known ?? this.codeOf(response);
    const words = toWords(status, vendorCode);
    return this.error(code, `${vendorName} answered ${words} when asked for ${asked}.`, {
      httpStatus: status,
      vendorCode,
      retryAfterMs: WAITING.has(code) ? this.gate.remainingMs() || undefined : undefined,
    });
  }

  badResponse(response: AccountResponse, asked: string, problem: string): VendorError {
    const message = `${this.settings.vendorName} gave an answer that cannot be read when asked for ${asked}: ${problem}.`;
    return this.error('VENDOR_BAD_RESPONSE', message, { httpStatus: response.status });
  }

  /** The token endpoint's refusal, with OAuth's own word for it. */
  refusedToken(code: VendorErrorCode, response: AccountResponse, word: string | undefined): VendorError {
    const { vendorName } = this.settings;
    const words = toWords(response.status, word);
    const message = `${vendorName}'s token endpoint answered ${words} when asked for an access token.`;
    return this.error(code, message, { httpStatus: response.status, vendorCode: word });
  }

  /** The vendor has refused the account's own credential a moment ago, and is not asked again so soon. */
  refusedCredential(response: AccountResponse): VendorError {
    const { vendorName, rules } = this.settings;
    const vendorCode = toVendorCode(rules.vendorCode(response));
    const message = `${vendorName} has refused this account's credential.`;
    return this.error('VENDOR_UNAUTHENTICATED', message, { httpStatus: response.status, vendorCode });
  }

  /**
   * The order may have been carried out.
   *
   * @param problem - what became of the answer: `it was 503`
   * @param response - where there was one
   */
  lostAnswer(
    ordered: string,
    problem: string,
    response: AccountResponse | undefined,
    cause?: unknown,
  ): StartError {
    const { vendor, account, vendorName, rules } = this.settings;
    const message = [
      `${vendorName} was sent an order of ${ordered}, and its answer is lost (${problem}): it may have been carried out.`,
      `Look at ${vendorName} before ordering anew.`,
      `With the same idempotency key the gateway looks at ${vendorName}'s own list first, where it has one.`,
    ].join(' ');
    return new StartError({
      code: 'START_OUTCOME_UNKNOWN',
      message,
      vendor,
      account,
      httpStatus: response?.status,
      vendorCode: response === undefined ? undefined : toVendorCode(rules.vendorCode(response)),
      cause,
    });
  }

  rejection(response: AccountResponse, ordered: string, vendorMessage: string | undefined): StartError {
    const { vendor, account, vendorName } = this.settings;
    const vendorCode = toVendorCode(this.settings.rules.vendorCode(response));
    const words = toWords(response.status, vendorCode);
    return new StartError({
      code: 'VENDOR_REJECTED',
      message: `${vendorName} refused the order of ${ordered}: it answered ${words}. Change the order before you send it again.`,
      vendor,
      account,
      httpStatus: response.status,
      vendorCode,
      vendorMessage:
        vendorMessage === undefined
          ? undefined
          : cleanVendorWords(vendorMessage, this.settings.tools.secrets),
    });
  }

  isThrottled(response: AccountResponse): boolean {
    return this.settings.rules.isThrottled?.(response) ?? response.status === 429;
  }

  /** How long a throttled answer asks to wait by the vendor's own rules. */
  throttleWaitMs(response: AccountResponse): number | undefined {
    return this.settings.rules.throttleWaitMs?.(response);
  }

  /** The vendor could not answer; what it says itself, with whatever status, is an answer. */
  isFault(response: AccountResponse): boolean {
    if (response.status < 500) return false;
    const { rules } = this.settings;
    return rules.isAnswer?.(response) !== true && rules.errorCode?.(response) === undefined;
  }

  /** What the answer means by the vendor's own rules; `undefined` where its status says it. */
  declaredCode(response: AccountResponse): VendorErrorCode | undefined {
    return this.settings.rules.errorCode?.(response);
  }

  /** The vendor refused the credential. */
  isUnauthenticated(response: AccountResponse): boolean {
    const declared = this.declaredCode(response);
    return declared === undefined ? response.status === 401 : declared === 'VENDOR_UNAUTHENTICATED';
  }

  closed(): VendorError {
    return this.error('VENDOR_UNAVAILABLE', `This account of ${this.settings.vendorName} is closed.`);
  }

  /** No answer, and why. */
  fault(end: 'timeout' | 'connection' | 'unreadable', error: unknown): VendorError {
    const { vendorName, limits } = this.settings;
    const cause = toSafeCause(error);
    if (end === 'timeout') {
      return this.error('VENDOR_TIMEOUT', `${vendorName} did not answer within ${limits.timeoutMs} ms.`, {
        cause,
      });
    }
    if (end === 'connection') {
      return this.error('VENDOR_UNAVAILABLE', `The connection to ${vendorName} failed.`, { cause });
    }
    return this.error('VENDOR_BAD_RESPONSE', `${vendorName} sent a body that cannot be read.`, { cause });
  }

  /** The call's whole time is up. */
  overdue(lifetimeMs: number): VendorError {
    const { vendorName } = this.settings;
    const message =
      lifetimeMs > 0
        ? `${vendorName} did not answer within ${lifetimeMs} ms, retries included.`
        : `There was no time left to ask ${vendorName}.`;
    return this.error('VENDOR_TIMEOUT', message);
  }

  throttled(waitMs: number): VendorError {
    const message = `${this.settings.vendorName} has asked this account to wait.`;
    return this.error('VENDOR_RATE_LIMITED', message, { retryAfterMs: Math.ceil(waitMs) });
  }

  /** Our own limits towards the vendor leave no room in time. */
  crowded(waitMs: number | undefined): VendorError {
    const message = `More is asked of ${this.settings.vendorName} than this account's limits let through.`;
    const retryAfterMs = waitMs === undefined ? undefined : Math.ceil(waitMs);
    return this.error('VENDOR_RATE_LIMITED', message, { retryAfterMs });
  }

  broken(waitMs: number): VendorError {
    const message = `${this.settings.vendorName} has failed several times in a row and is left alone for a while.`;
    return this.error('VENDOR_UNAVAILABLE', message, { retryAfterMs: Math.ceil(waitMs) });
  }

  private codeOf(response: AccountResponse): VendorErrorCode {
    if (this.isThrottled(response)) return 'VENDOR_RATE_LIMITED';
    const declared = this.declaredCode(response);
    if (declared !== undefined) return declared;
    if (response.status < 500) return CODE_BY_STATUS.get(response.status) ?? 'VENDOR_BAD_RESPONSE';
    const askedMs = parseRetryAfter(response.headers['retry-after'], response.receivedAt) ?? 0;
    return askedMs > MAX_RETRY_WAIT_MS ? 'VENDOR_RATE_LIMITED' : 'VENDOR_UNAVAILABLE';
  }
}

/** What a vendor answered, said once: some repeat the status as their own code. */
function toWords(status: number, vendorCode: string | undefined): string {
  return vendorCode === undefined || vendorCode === String(status)
    ? String(status)
    : `${status} (${vendorCode})`;
}

/** Words an error may be known by in a log: never free text, which may hold hosts, paths or secrets. */
const PLAIN_WORD = /^[A-Za-z0-9_.-]{1,64}$/;

/**
 * What may be told about an error: its name and its code. undici's messages hold host and port, TLS's the certificate.
 *
 * @returns for example `SocketError UND_ERR_SOCKET`
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error ? error.code : undefined;
  return (
    [error.name, code].filter((word) => typeof word === 'string' && PLAIN_WORD.test(word)).join(' ') ||
    'Error'
  );
}

/** An error that can be kept as a cause: the same name and code, without message, stack and anything else. */
export function toSafeCause(error: unknown): Error {
  const safe = new Error(describeError(error));
  safe.stack = `${safe.name}: ${safe.message}`;
  return safe;
}
