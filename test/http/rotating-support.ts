import type { Store } from '../../src/export/store.ts';
import { createAccountClient } from '../../src/http/client.ts';
import { TokenKeeper } from '../../src/http/token-keeper.ts';
import { createRefreshRequest } from '../../src/http/token-request.ts';
import { createTokenSeal } from '../../src/http/token-seal.ts';
import type { AccountClient } from '../../src/http/types.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';
import { type FakeReply, type FakeVendor, startFakeVendor } from '../support/fake-vendor.ts';
import { createManualClock, createSeededRandom, type ManualClock } from '../support/manual-clock.ts';
import { createRecordingLog } from '../support/tools.ts';
import { RULES, TOKEN_PATH } from './support.ts';

export const IDENTITY = 'acme/hub/1a2b3c';
export const SEAL = createTokenSeal('link-secret-of-at-least-32-bytes!');
export const CONFIGURED = 'refresh-configured-0';

/** A vendor that takes each refresh token once. */
export interface RotatingVendor extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly store: Store;
  readonly vendor: FakeVendor;
  /** Refresh tokens, in the order in which they were used. */
  readonly used: readonly string[];
  /** Those that were used though they were no longer good. */
  readonly reused: readonly string[];
  /** The access token that is good now. */
  readonly access: string;
  /** No access token that was given so far is good any more. */
  expire(): void;
  /** The vendor gives this one out from now on, by hand. */
  grant(refreshToken: string): void;
  /** What the token endpoint does in place of its answer, or before the API answers. */
  onToken: (() => FakeReply | Promise<FakeReply | undefined> | undefined) | undefined;
  onApi: (() => void | Promise<void>) | undefined;
  /** Another gateway, or this one after a restart. */
  gateway(options?: GatewayOptions): AccountClient;
}

export interface GatewayOptions {
  readonly refreshToken?: string;
  readonly store?: Store;
  readonly keeper?: TokenKeeper | null;
}

export async function startRotatingVendor(): Promise<RotatingVendor> {
  const clock = createManualClock();
  const store = createMemoryStore();
  const clients: AccountClient[] = [];
  const used: string[] = [];
  const reused: string[] = [];
  let good = CONFIGURED;
  let access = '';
  let count = 0;
  const vendor = await startFakeVendor(async ({ url, body, headers }) => {
    if (url !== TOKEN_PATH) {
      await rotating.onApi?.();
      const isGood = access !== '' && headers.authorization === `Bearer ${access}`;
      return isGood ? { body: { status: 'done' } } : { status: 401 };
    }
    const told = await rotating.onToken?.();
    if (told !== undefined) return told;
    const refreshToken = new URLSearchParams(body).get('refresh_token') ?? '';
    used.push(refreshToken);
    if (refreshToken !== good) {
      reused.push(refreshToken);
      return { status: 400, body: { error: 'invalid_grant' } };
    }
    count += 1;
    good = `refresh-replaced-${count}`;
    access = `access-given-${count}`;
    return { body: { access_token: access, refresh_token: good, expires_in: 600 } };
  });
  const rotating: RotatingVendor = {
    ...{ clock, store, vendor, used, reused, onToken: undefined, onApi: undefined },
    get access() {
      return access;
    },
    expire() {
      access = '';
    },
    grant(refreshToken) {
      good = refreshToken;
    },
    gateway({ refreshToken = CONFIGURED, store: own = store, keeper = new TokenKeeper(SEAL) } = {}) {
      keeper?.use(own);
      const client = createAccountClient({
        ...{ vendor: 'hub', vendorName: 'Hub', account: 'hub', baseUrl: `${vendor.url}/api/v1` },
        credential: {
          ...{ type: 'refresh-token', tokenUrl: `${vendor.url}${TOKEN_PATH}` },
          ...{ clientId: 'client', clientSecret: 'secret-of-client', refreshToken },
        },
        limits: { requestsPerSecond: 10_000, maxConcurrent: 64, timeoutMs: 10_000 },
        rules: {
          ...RULES,
          refreshRequest: createRefreshRequest({ client: 'body', request: 'form', scope: null }),
          rotatesRefreshTokens: true,
        },
        tools: { clock, random: createSeededRandom(7), log: createRecordingLog(), secrets: createSecrets() },
        ...(keeper === null ? {} : { keptTokens: { keeper, identity: IDENTITY } }),
      });
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.close()));
      await vendor[Symbol.asyncDispose]();
    },
  };
  return rotating;
}
