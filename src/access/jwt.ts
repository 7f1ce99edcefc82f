import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import type { JwtConfig } from '../config/config.ts';

/** What a good token says; `refused` where it is not good, `unknown` where that cannot be found out now. */
export type Verdict = JWTPayload | 'refused' | 'unknown';

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
        return (await jwtVerify(token, published, rules)).payload;
      } catch (error) {
        if (isVerdict(error)) return 'refused';
        askAgainAt = now() + OUTAGE_RETRY_MS;
      }
    }
    const known = published.jwks();
    if (known === undefined) return 'unknown';
    const keys = createLocalJWKSet(known);
    return jwtVerify(token, keys, rules).then(
      ({ payload }) => payload,
      // A key that is not among the last known ones may be a new one.
      (error: unknown) => (error instanceof errors.JWKSNoMatchingKey ? 'unknown' : 'refused'),
    );
  };
}

/** True where the token was looked at and found wanting, false where the issuer's keys could not be had. */
function isVerdict(error: unknown): boolean {
  return error instanceof errors.JOSEError && !KEYLESS.has(error.code);
}

const KEYLESS: ReadonlySet<string> = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']);
