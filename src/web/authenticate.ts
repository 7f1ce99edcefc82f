import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import type { AccessConfig, AccessKey, JwtConfig } from '../config/config.ts';
import { ANONYMOUS, type Caller } from '../export/caller.ts';
import type { Secrets } from '../export/secrets.ts';

/** Who asks, or the sentence with which it is refused. */
export type Authentication = Caller | { readonly refusal: string };

/** Finds out who asks by a request's headers, or by what stands for them in a websocket's `connection_init`. */
export type Authenticate = (headers: IncomingHttpHeaders) => Promise<Authentication>;

const VENDOR_TOKEN_HEADER = 'x-waybill-token-';
const MAX_TOKEN_LENGTH = 8_192;
/** Asymmetric only: with a shared-secret algorithm a public key could be used to forge a token. */
const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
];
const CLOCK_SKEW_SECONDS = 30;

const MISSING = { refusal: 'Say who you are: send the header "authorization: Bearer …".' };
const WRONG = { refusal: 'This key or token is not good here, or not any more.' };

/** The way callers are told apart in this access mode. */
export function createAuthenticate(access: AccessConfig, secrets: Secrets): Authenticate {
  switch (access.mode) {
    case 'open':
      return async (headers) => ({ ...ANONYMOUS, vendorTokens: vendorTokensOf(headers) });
    case 'keys':
      return byKey(access.keys);
    case 'jwt':
      return byJwt(access.jwt, secrets);
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
    return { tenant: caller.tenant, name: caller.name, vendorTokens: vendorTokensOf(headers) };
  };
}

function byJwt({ jwksUrl, issuer, audience, tenantClaim }: JwtConfig, secrets: Secrets): Authenticate {
  const keySet = createRemoteJWKSet(new URL(jwksUrl));
  const rules = { issuer, audience, algorithms: JWT_ALGORITHMS, clockTolerance: CLOCK_SKEW_SECONDS };
  return async (headers) => {
    const token = bearerOf(headers);
    if (token === null) return MISSING;
    const payload = await jwtVerify(token, keySet, { ...rules, requiredClaims: ['exp'] }).then(
      (verified): JWTPayload => verified.payload,
      () => null,
    );
    const tenant = payload?.[tenantClaim];
    if (payload === null || typeof tenant !== 'string' || tenant === '') return WRONG;
    secrets.addPassing(token);
    return { tenant, name: payload.sub ?? 'unnamed', vendorTokens: vendorTokensOf(headers) };
  };
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
