import type { VendorError } from '../../src/export/errors.ts';
import { createAccountClient } from '../../src/http/client.ts';
import type {
  AccountClient,
  AccountClientSettings,
  AccountLimits,
  Credential,
  VendorCall,
  VendorHttpRules,
} from '../../src/http/types.ts';
import { createSecrets, type Secrets } from '../../src/telemetry/secrets.ts';
import {
  type FakeReply,
  type FakeVendor,
  type ReceivedRequest,
  startFakeVendor,
} from '../support/fake-vendor.ts';
import { createManualClock, createSeededRandom, type ManualClock } from '../support/manual-clock.ts';
import { createRecordingLog } from '../support/tools.ts';

export const API_KEY = 'api-key-31415926';
export const CLIENT_SECRET = 'client-secret-27182818';
export const TOKEN_PATH = '/oauth/token';

/** A vendor that sends its key in a header, calls 401 an expired token, and names its codes `code`. */
export const RULES: VendorHttpRules = {
  authHeaders: ({ type, value }): Record<string, string> =>
    type === 'api-key' ? { 'x-api-key': value } : { authorization: `Bearer ${value}` },
  tokenRequest: ({ clientId, clientSecret }) => ({
    headers: {},
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    }).toString(),
  }),
  tokenRenewalMs: 60_000,
  isTokenExpired: ({ status }) => status === 401,
  vendorCode: ({ json }) => (json as { code?: string } | undefined)?.code,
};

export interface StageOptions {
  readonly limits?: Partial<AccountLimits>;
  readonly rules?: Partial<VendorHttpRules>;
  readonly credential?: (origin: string) => Credential;
  readonly settings?: Partial<AccountClientSettings>;
}

export interface Stage extends AsyncDisposable {
  readonly vendor: FakeVendor;
  readonly client: AccountClient;
  readonly clock: ManualClock;
  readonly calls: readonly VendorCall[];
  readonly log: ReturnType<typeof createRecordingLog>;
  readonly secrets: Secrets;
  /** Arrivals at the API and at the token endpoint, on the manual clock. */
  readonly arrivals: readonly {
    readonly at: number;
    readonly isToken: boolean;
    readonly request: ReceivedRequest;
  }[];
  api(): number;
  token(): number;
}

/** An account client on a clock that stands still, in front of a real socket. */
export async function startStage(
  handler: (request: ReceivedRequest) => FakeReply | Promise<FakeReply>,
  options: StageOptions = {},
): Promise<Stage> {
  const clock = createManualClock();
  const log = createRecordingLog();
  const secrets = createSecrets();
  const calls: VendorCall[] = [];
  const arrivals: { at: number; isToken: boolean; request: ReceivedRequest }[] = [];
  const vendor = await startFakeVendor((request) => {
    arrivals.push({ at: clock.now(), isToken: request.url === TOKEN_PATH, request });
    return handler(request);
  });
  const client = createAccountClient({
    vendor: 'hi-energy',
    vendorName: 'Hi Energy',
    account: 'hi',
    baseUrl: `${vendor.url}/api/v1`,
    credential: options.credential?.(vendor.url) ?? { type: 'api-key', apiKey: API_KEY },
    limits: { requestsPerSecond: 10_000, maxConcurrent: 64, timeoutMs: 10_000, ...options.limits },
    rules: { ...RULES, ...options.rules },
    tools: { clock, random: createSeededRandom(7), log, secrets },
    onCall: (call) => calls.push(call),
    ...options.settings,
  });
  return {
    vendor,
    client,
    clock,
    calls,
    log,
    secrets,
    arrivals,
    api: () => arrivals.filter(({ isToken }) => !isToken).length,
    token: () => arrivals.filter(({ isToken }) => isToken).length,
    async [Symbol.asyncDispose]() {
      await client.close();
      await vendor[Symbol.asyncDispose]();
    },
  };
}

/** Client credentials whose token endpoint is the fake vendor itself. */
export function clientCredentials(origin: string): Credential {
  return {
    type: 'client-credentials',
    tokenUrl: `${origin}${TOKEN_PATH}`,
    clientId: 'client',
    clientSecret: CLIENT_SECRET,
  };
}

/** Lets sockets and thread pool work until something is true; the test's own time limit ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets the clock run while a promise is under way. The sockets' work takes no time on it. */
export async function drive<Value>(clock: ManualClock, promise: Promise<Value>, stepMs = 20): Promise<Value> {
  let isSettled = false;
  const settled = promise.finally(() => {
    isSettled = true;
  });
  settled.catch(() => undefined);
  while (!isSettled) await clock.advance(stepMs);
  return settled;
}

/** What a call failed with. */
export async function failure(promise: Promise<unknown>): Promise<VendorError> {
  const outcome = await promise.then(
    (value) => new Error(`succeeded with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  return outcome as VendorError;
}
