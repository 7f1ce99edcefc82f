import type { Clock, Random } from '../../src/runtime/clock.ts';
import { DEMO_TALKDESK_CLIENT_ID, DEMO_TALKDESK_CLIENT_SECRET } from '../demo-credentials.ts';
import type { SimulatorRequest, SimulatorResponse } from '../simulator.ts';
import { Refusal, refuse, toErrorBody } from './answers.ts';
import type { TalkdeskSimulatorOptions } from './options.ts';

/** What a call needs. */
export type Scope = 'data-reports:read' | 'data-reports:write';

const SCOPES: readonly string[] = ['data-reports:read', 'data-reports:write'] satisfies Scope[];

interface IssuedToken {
  readonly scopes: readonly string[];
  readonly expiresAt: number;
}

const BASIC = `Basic ${Buffer.from(`${DEMO_TALKDESK_CLIENT_ID}:${DEMO_TALKDESK_CLIENT_SECRET}`).toString('base64')}`;

/** Plays the token server: client credentials with Basic, tokens of some ten minutes. */
export class TokenDesk {
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly options: TalkdeskSimulatorOptions;
  private readonly issued = new Map<string, IssuedToken>();

  constructor(clock: Clock, random: Random, options: TalkdeskSimulatorOptions) {
    this.clock = clock;
    this.random = random;
    this.options = options;
  }

  /** `POST /oauth/token` */
  issue({ headers, body }: SimulatorRequest): SimulatorResponse {
    if (headers.authorization !== BASIC)
      return refuseToken(401, 'invalid_client', 'Client authentication failed');
    const form = new URLSearchParams(body);
    if (form.get('grant_type') !== 'client_credentials')
      return refuseToken(400, 'unsupported_grant_type', 'The grant type is not supported');
    const scopes = (form.get('scope') ?? SCOPES.join(' ')).split(' ').filter((scope) => scope !== '');
    if (scopes.some((scope) => !SCOPES.includes(scope)))
      return refuseToken(400, 'invalid_scope', 'The requested scope is not granted to this client');

    this.forgetOld();
    const token = `demo.${createWord(this.random, 32)}`;
    const lifetimeSeconds = this.options.tokenLifetimeSeconds;
    this.issued.set(token, { scopes, expiresAt: this.clock.now() + lifetimeSeconds * 1_000 });
    return {
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: {
        access_token: token,
        token_type: 'Bearer',
        expires_in: lifetimeSeconds,
        scope: scopes.join(' '),
      },
    };
  }

  /** @throws Refusal where the request carries no token that is good for this scope */
  check({ headers }: SimulatorRequest, scope: Scope): void {
    const token = this.issued.get(/^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '');
    if (token === undefined) throw refuse(401);
    if (token.expiresAt <= this.clock.now()) throw refuse(this.options.expiredTokenStatus, 'Token expired');
    if (!token.scopes.includes(scope)) throw refuse(403, 'Insufficient scope');
  }

  /** A token that is long dead is as unknown as one that never was. */
  private forgetOld(): void {
    const horizon = this.clock.now() - 3_600_000;
    for (const [token, { expiresAt }] of this.issued) {
      if (expiresAt < horizon) this.issued.delete(token);
    }
  }
}

const DIGITS = '0123456789abcdef';

/** Random hex digits. */
export function createWord(random: Random, length: number): string {
  return Array.from({ length }, () => DIGITS[Math.floor(random.next() * 16)]).join('');
}

/** A version 4 UUID from the simulation's own randomness. */
export function createUuid(random: Random): string {
  const word = createWord(random, 30);
  return `${word.slice(0, 8)}-${word.slice(8, 12)}-4${word.slice(12, 15)}-a${word.slice(15, 18)}-${word.slice(18, 30)}`;
}

function refuseToken(status: number, error: string, description: string): SimulatorResponse {
  return { status, body: { error, error_description: description } };
}

/** Counts calls by the second. The returned function throws a Refusal (429) where there are too many. */
export function createRequestWindow(
  clock: Clock,
  { requestsPerSecond, retryAfterSeconds }: TalkdeskSimulatorOptions,
): () => void {
  let second = Number.NEGATIVE_INFINITY;
  let taken = 0;
  return () => {
    if (requestsPerSecond === null) return;
    const now = Math.floor(clock.now() / 1_000);
    taken = now === second ? taken + 1 : 1;
    second = now;
    if (taken <= requestsPerSecond) return;
    const headers: Record<string, string> =
      retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) };
    throw new Refusal({ status: 429, headers, body: toErrorBody(429) });
  };
}
