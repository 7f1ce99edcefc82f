import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { JWTPayload } from 'jose';
import type { AccessConfig, AccessKey, JwtConfig } from '../config/config.ts';
import type { Tools } from '../runtime/tools.ts';
import type { Authenticate } from './authentication.ts';
import { ANONYMOUS } from './caller.ts';
import { createTokenCheck } from './jwt.ts';

/** What telling callers apart needs. */
export type AccessTools = Pick<Tools, 'clock' | 'secrets'>;

const VENDOR_TOKEN_HEADER = 'x-waybill-token-';
const MAX_TOKEN_LENGTH = 8_192;

const MISSING = { refusal: 'Say who you are: send the header "authorization: Bearer …".' };
const WRONG = { refusal: 'This key or token is not good here, or not any more.' };
const OUTAGE = { refusal: 'Tokens cannot be checked now: try again in some seconds.', isOutage: true };

/** The way callers are told apart in this access mode. */
export function createAuthenticate(access: AccessConfig, tools: AccessTools): Authenticate {
  switch (access.mode) {
    case 'open':
      return async (headers) => ({ ...ANONYMOUS, vendorTokens: vendorTokensOf(headers) });
    case 'keys':
      return byKey(access.keys);
    case 'jwt':
      return byJwt(access.jwt, tools);
  }
}

function byKey(keys: readonly AccessKey[]): Authenticate {
  // Only the hashes are kept; hashes are of one length, so that comparing them takes one time.
  const known = keys.map(({ name, key, tenant }) => ({ name, tenant, hash: hashOf(key) }));
  return async (headers) => {
    const token = bearerOf(headers);
    if (token === null) return MISSING;
    const hash = hashOf(token);
    // Every key is looked at, whichever fits: the time tells nothing.
    const [caller] = known.filter((candidate) => timingSafeEqual(candidate.hash, hash));
    if (caller === undefined) return WRONG;
    return {
      tenant: caller.tenant,
      name: caller.name,
      expiresAt: null,
      vendorTokens: vendorTokensOf(headers),
    };
  };
}

function byJwt(config: JwtConfig, { clock, secrets }: AccessTools): Authenticate {
  const check = createTokenCheck(config, () => clock.now());
  return async (headers) => {
    const token = bearerOf(headers);
    if (token === null) return MISSING;
    // Before anything can go wrong with it: an error must not tell it either.
    secrets.addPassing(token);
    const verdict = await check(token);
    if (verdict === 'unknown') return OUTAGE;
    const tenant = verdict === 'refused' ? undefined : verdict[config.tenantClaim];
    if (verdict === 'refused' || typeof tenant !== 'string' || tenant === '') return WRONG;
    const expiresAt = endOf(verdict, clock.now(), config.clockSkewMs);
    return { tenant, name: verdict.sub ?? 'unnamed', expiresAt, vendorTokens: vendorTokensOf(headers) };
  };
}

/** By this clock; a token that is over already, but for the issuer's clock, has the rest of the allowance. */
function endOf({ exp = 0 }: JWTPayload, now: number, clockSkewMs: number): number {
  const endsAt = exp * 1_000;
  return endsAt > now ? endsAt : endsAt + clockSkewMs;
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function bearerOf({ authorization = '' }: IncomingHttpHeaders): string | null {
  if (authorization.length > MAX_TOKEN_LENGTH) return null;
  return /^bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1] ?? null;
}

/** The caller's own vendor tokens: header `x-waybill-token-KEY` for the account KEY. */
export function vendorTokensOf(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith(VENDOR_TOKEN_HEADER) && typeof value === 'string' && value !== ''
        ? [[name.slice(VENDOR_TOKEN_HEADER.length), value]]
        : [],
    ),
  );
}
