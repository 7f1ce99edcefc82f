import { type StartError, VendorError, type VendorErrorCode } from '../export/errors.ts';
import type { AccountHealth, FileStream } from '../export/ports.ts';
import { sleep } from '../runtime/clock.ts';
import { type AccountGuard, createMemoryGuard } from './account-guard.ts';
import type { Destination } from './attempt.ts';
import { Call, type CallEnd, type CallParts, type CallRequest, JoinedHeaders } from './call.ts';
import { FileEnd, Waiter } from './call-ends.ts';
import type { Breaker } from './circuit-breaker.ts';
import { toContent, toFileHeaders } from './content.ts';
import {
  type CredentialProvider,
  checkCredential,
  FixedCredential,
  TokenCredential,
  toFixedHeaders,
} from './credentials.ts';
import { Deadlines } from './deadline.ts';
import { ErrorMapper } from './errors.ts';
import { type FilePlace, toFilePlace } from './file-origins.ts';
import { OrderEnd, orderAgain } from './order.ts';
import { type BaseAddress, buildTarget, parseBaseAddress } from './path.ts';
import { RateLimiter } from './rate-limiter.ts';
import { RetryPolicy } from './retry.ts';
import {
  createTokenFetcher,
  type FetcherParts,
  TOKEN_CONNECTIONS,
  type TokenFetcher,
  toTokenCall,
  toTokenOrigin,
} from './token-endpoint.ts';
import { TokenSource } from './tokens.ts';
import { Transport } from './transport.ts';
import type {
  AccountClient,
  AccountClientSettings,
  AccountRequest,
  AccountResponse,
  CallOptions,
  OpenRequest,
  OrderRequest,
} from './types.ts';

/** A whole call, waits and retries included, ends within this many times the limit of one request. */
export const CALL_TIMEOUTS = 3;

/** How long before its expiry a token is renewed where the vendor's rules say nothing. */
const DEFAULT_RENEWAL_MS = 60_000;

const NO_OPTIONS: CallOptions = {};

/**
 * Opens one account's way to its vendor.
 *
 * @param guard - closed with the client; by default one that knows of this client's calls alone
 * @throws TypeError where base URL or credential cannot be used; the message holds no secret
 */
export function createAccountClient(
  settings: AccountClientSettings,
  guard: AccountGuard = createMemoryGuard(settings.limits, settings.tools),
): AccountClient {
  checkCredential(settings);
  return new HttpAccountClient(settings, guard);
}

class HttpAccountClient implements AccountClient {
  private readonly settings: AccountClientSettings;
  private readonly base: BaseAddress;
  private readonly callMs: number;
  private readonly api: Destination;
  private readonly files: Destination;
  private readonly tokens: Destination | undefined;
  private readonly guard: AccountGuard;
  private readonly breakers: readonly Breaker[];
  private readonly parts: CallParts;
  private readonly credentials: CredentialProvider;
  /** How the last call ended; null for a good answer. */
  private lastError: VendorErrorCode | null = null;
  private closedBy: VendorError | undefined;
  private fetcher: TokenFetcher | undefined;

  constructor(settings: AccountClientSettings, guard: AccountGuard) {
    this.settings = settings;
    this.guard = guard;
    const { credential, limits, tools } = settings;
    const { clock, random } = tools;
    this.base = parseBaseAddress(settings.baseUrl);
    this.callMs = CALL_TIMEOUTS * limits.timeoutMs;

    const { origin } = this.base;
    this.api = this.connect('api', origin, limits.maxConcurrent);
    // Files have connections of their own: a browser that reads slowly must not hold up reads of other exports.
    this.files = { ...this.api, transport: new Transport(origin, null, limits.timeoutMs) };
    this.tokens =
      'tokenUrl' in credential
        ? this.connect('token', toTokenOrigin(credential.tokenUrl), TOKEN_CONNECTIONS)
        : undefined;
    this.breakers = this.tokens === undefined ? [this.api.breaker] : [this.api.breaker, this.tokens.breaker];

    const { gate, window } = this.guard;
    const errors = new ErrorMapper(settings, gate);
    const limiter = new RateLimiter({
      clock,
      gate,
      breakers: this.breakers,
      window,
      maxConcurrent: limits.maxConcurrent,
      errors,
    });
    const deadlines = new Deadlines(clock);
    this.parts = {
      settings,
      clock,
      deadlines,
      retries: new RetryPolicy(gate, random),
      gate,
      limiter,
      errors,
      headers: new JoinedHeaders(),
    };
    this.credentials = this.createCredentials();
  }

  send<Result>(
    request: AccountRequest,
    options = NO_OPTIONS,
    read = asItIs as (response: AccountResponse) => Result,
  ): Promise<Result> {
    const { endsAt, signal, scope } = options;
    const { method = 'GET', path, query, isRead } = request;
    return new Promise((resolve, reject) => {
      const beginsAt = this.parts.clock.now();
      const { headers, body } = toContent(request);
      const call: CallRequest = {
        destination: this.api,
        method,
        target: buildTarget(this.base, path, query),
        headers,
        body,
        credentials: this.credentials,
        isRepeatable: method === 'GET' || isRead === true,
        isOrder: false,
        beginsAt,
        endsAt: this.endsAt(beginsAt, endsAt),
        signal,
        scope,
      };
      this.start(call, new Waiter(this, read, resolve, reject));
    });
  }

  order<Result>(
    request: OrderRequest,
    options: CallOptions | undefined,
    ordered: string,
    read: (response: AccountResponse) => Result,
  ): Promise<Result> {
    const { endsAt, scope } = options ?? NO_OPTIONS;
    // A second sending shares the time of the first: others count on it that an order takes no longer.
    const limits = { endsAt: this.endsAt(this.parts.clock.now(), endsAt), scope };
    const send = () => this.orderOnce(request, limits, ordered, read);
    return request.idempotency === undefined ? send() : orderAgain(send);
  }

  private orderOnce<Result>(
    request: OrderRequest,
    { endsAt, scope }: CallOptions & { readonly endsAt: number },
    ordered: string,
    read: (response: AccountResponse) => Result,
  ): Promise<Result> {
    const { method, path, query, idempotency, onServerFault } = request;
    return new Promise((resolve, reject) => {
      const { headers, body } = toContent(request);
      const call: CallRequest = {
        destination: this.api,
        method,
        target: buildTarget(this.base, path, query),
        headers: idempotency === undefined ? headers : { ...headers, [idempotency.header]: idempotency.key },
        body,
        credentials: this.credentials,
        isRepeatable: false,
        isOrder: true,
        beginsAt: this.parts.clock.now(),
        endsAt,
        // An order that is on its way is not called back: whoever leaves would make its answer a lost one.
        signal: undefined,
        scope,
      };
      const end = new OrderEnd(this, this.parts.errors, { ordered, onServerFault, read, resolve, reject });
      this.start(call, end);
    });
  }

  async open(request: OpenRequest): Promise<FileStream> {
    const { url, path = [], query, signal } = request;
    if (url === undefined) return this.openAt(this.files, buildTarget(this.base, path, query), request);
    const { destination, target, close } = await this.findFile(url);
    try {
      signal?.throwIfAborted();
      const file = await this.openAt(destination, target, request);
      file.body.once('close', close);
      return file;
    } catch (error) {
      close();
      throw error;
    }
  }

  private openAt(destination: Destination, target: string, request: OpenRequest): Promise<FileStream> {
    const { method, signal, endsAt, scope } = request;
    return new Promise((resolve, reject) => {
      const { clock, errors } = this.parts;
      const beginsAt = clock.now();
      const call: CallRequest = {
        destination,
        method,
        target,
        headers: toFileHeaders(request.headers, request.vendorHeaders),
        credentials: this.credentials,
        isRepeatable: false,
        isOrder: false,
        beginsAt,
        endsAt: this.endsAt(beginsAt, endsAt),
        signal,
        scope,
      };
      const idleMs = this.settings.limits.timeoutMs;
      this.start(call, new FileEnd(this, errors, { clock, idleMs, signal, resolve, reject }));
    });
  }

  private findFile(url: string): Promise<FilePlace> {
    const { baseUrl, origins = [], limits } = this.settings;
    return toFilePlace(url, {
      ...{ baseUrl, origins, files: this.files, connectTimeoutMs: limits.timeoutMs },
      toError: (code, message) => this.parts.errors.error(code, message),
    });
  }

  toVendorError(response: AccountResponse, asked: string, code?: VendorErrorCode): VendorError {
    return this.parts.errors.fromResponse(response, asked, code);
  }

  toBadResponse(response: AccountResponse, asked: string, problem: string): VendorError {
    this.lastError = 'VENDOR_BAD_RESPONSE';
    return this.parts.errors.badResponse(response, asked, problem);
  }

  toLostAnswer(response: AccountResponse, ordered: string, problem: string): StartError {
    this.lastError = 'VENDOR_BAD_RESPONSE';
    return this.parts.errors.lostAnswer(ordered, `it cannot be read: ${problem}`, response);
  }

  toRejection(response: AccountResponse, ordered: string, vendorMessage: string | undefined): StartError {
    return this.parts.errors.rejection(response, ordered, vendorMessage);
  }

  toError(code: VendorErrorCode, message: string): VendorError {
    return this.parts.errors.error(code, message);
  }

  health(): AccountHealth {
    const throttledUntil = this.parts.gate.closedUntil();
    return { state: this.state(throttledUntil), throttledUntil, lastError: this.lastError };
  }

  /** Ends the calls under way, and refuses new ones. */
  async close(): Promise<void> {
    const closed = this.parts.errors.closed();
    this.closedBy = closed;
    const saved = this.fetcher?.close?.();
    // A refresh token that is being replaced would be lost with its answer.
    if (saved !== undefined)
      await Promise.race([saved, sleep(this.parts.clock, this.settings.limits.timeoutMs)]);
    this.parts.deadlines.abandonAll(closed);
    this.guard.close();
    await Promise.all(
      [this.api, this.files, this.tokens].map((destination) => destination?.transport.close()),
    );
  }

  private start(request: CallRequest, end: CallEnd): void {
    if (this.closedBy === undefined) new Call(this.parts, request, end).start();
    else end.onError(this.closedBy, false);
  }

  private endsAt(beginsAt: number, wanted: number | undefined): number {
    const latest = beginsAt + this.callMs;
    return wanted === undefined ? latest : Math.min(wanted, latest);
  }

  noteAnswer(response: AccountResponse, isThrottled: boolean): void {
    const { errors } = this.parts;
    const isTrouble = isThrottled || errors.isFault(response) || errors.isUnauthenticated(response);
    this.lastError = isTrouble ? errors.fromResponse(response, 'an answer').code : null;
  }

  noteStream(): void {
    this.lastError = null;
  }

  noteError(error: unknown): void {
    if (error instanceof VendorError) this.lastError = error.code;
  }

  private state(throttledUntil: number | null): AccountHealth['state'] {
    if (this.breakers.some((breaker) => !breaker.isClosed)) return 'UNAVAILABLE';
    if (throttledUntil !== null) return 'THROTTLED';
    return this.lastError === null ? 'HEALTHY' : 'DEGRADED';
  }

  private connect(purpose: Destination['purpose'], origin: string, connections: number): Destination {
    const transport = new Transport(origin, connections, this.settings.limits.timeoutMs);
    return { purpose, transport, breaker: this.guard.breaker(purpose) };
  }

  private createCredentials(): CredentialProvider {
    const { credential, rules } = this.settings;
    const { clock, errors } = this.parts;
    const destination = this.tokens;
    if (destination === undefined) {
      return new FixedCredential(toFixedHeaders(credential, rules), clock, errors);
    }
    const ask: FetcherParts['ask'] = (question, signal) => {
      const beginsAt = clock.now();
      const endsAt = this.endsAt(beginsAt, undefined);
      return new Promise((resolve, reject) => {
        const call = toTokenCall(destination, question, { beginsAt, endsAt, signal });
        this.start(call, { onAnswer: resolve, onError: reject });
      });
    };
    this.fetcher = createTokenFetcher(this.settings, { errors, callMs: this.callMs, ask });
    const { fetchToken } = this.fetcher;
    const renewalMs = rules.tokenRenewalMs ?? DEFAULT_RENEWAL_MS;
    const tokens = new TokenSource({ clock, renewalMs, fetchToken });
    return new TokenCredential(credential.type, rules, tokens);
  }
}

function asItIs(response: AccountResponse): AccountResponse {
  return response;
}
