import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import type { JwtConfig } from '../config/config.ts';

/** Which check a token failed, for the log; never for whoever sent it. */
export type TokenFault =
  | 'malformed'
  | 'algorithm'
  | 'unknown_key_id'
  | 'signature'
  | 'expired'
  | 'no_expiry'
  | 'not_yet_valid'
  | 'issuer'
  | 'audience';

/** What a good token says; which check it failed; `unknown` where that cannot be found out now. */
export type Verdict = { readonly payload: JWTPayload } | { readonly fault: TokenFault } | 'unknown';

/** A key that is not known yet is asked for this soon after the last time: a rotated key is good at once, and a flood of made-up ones harmless. */
const COOLDOWN_MS = 1_000;
/** Keys are asked for anew after this long, so that a withdrawn one ends. */
const MAX_AGE_MS = 600_000;
const TIMEOUT_MS = 5_000;
/** While the issuer cannot be reached, it is asked again this often, and no request waits for it in between. */
const OUTAGE_RETRY_MS = 5_000;

/**
 * Checks JSON Web Tokens against the issuer's published keys: signature, algorithm, issuer, audience, times.
 *
 * While the issuer cannot be reached, the keys it published last stay good.
 */
export function createTokenCheck(config: JwtConfig, now: () => number): (token: string) => Promise<Verdict> {
  const published = createRemoteJWKSet(new URL(config.jwksUrl), {
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: MAX_AGE_MS,
    timeoutDuration: TIMEOUT_MS,
  });

  let askAgainAt = 0;

  return async (token) => {
    const rules: JWTVerifyOptions = {
      issuer: config.issuer,
      audience: config.audience,
      algorithms: [...config.algorithms],
      clockTolerance: config.clockSkewMs / 1_000,
      currentDate: new Date(now()),
      requiredClaims: ['exp'],
    };
    if (now() >= askAgainAt) {
      try {
        return { payload: (await jwtVerify(token, published, rules)).payload };
      } catch (error) {
        if (isVerdict(error)) return { fault: faultOf(error) };
        askAgainAt = now() + OUTAGE_RETRY_MS;
      }
    }
    const known = published.jwks();
    if (known === undefined) return 'unknown';
    const keys = createLocalJWKSet(known);
    return jwtVerify(token, keys, rules).then(
      ({ payload }): Verdict => ({ payload }),
      // A key that is not among the last known ones may be a new one.
      (error: unknown): Verdict =>
        error instanceof errors.JWKSNoMatchingKey ? 'unknown' : { fault: faultOf(error) },
    );
  };
}

/** True where the token was looked at and found wanting, false where the issuer's keys could not be had. */
function isVerdict(error: unknown): error is errors.JOSEError {
  return error instanceof errors.JOSEError && !KEYLESS.has(error.code);
}

function faultOf(error: unknown): TokenFault {
  if (error instanceof errors.JWTClaimValidationFailed && error.reason !== 'invalid') {
    return FAULT_OF_CLAIM[error.claim] ?? 'malformed';
  }
  return (error instanceof errors.JOSEError ? FAULT_OF_CODE[error.code] : undefined) ?? 'malformed';
}

const FAULT_OF_CLAIM: Readonly<Record<string, TokenFault>> = {
  exp: 'no_expiry',
  nbf: 'not_yet_valid',
  iss: 'issuer',
  aud: 'audience',
};

/** By the codes of jose 6. */
const FAULT_OF_CODE: Readonly<Record<string, TokenFault>> = {
  ERR_JWT_EXPIRED: 'expired',
  ERR_JOSE_ALG_NOT_ALLOWED: 'algorithm',
  ERR_JOSE_NOT_SUPPORTED: 'algorithm',
  ERR_JWKS_NO_MATCHING_KEY: 'unknown_key_id',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'unknown_key_id',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'signature',
};

const KEYLESS: ReadonlySet<string> = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']);
