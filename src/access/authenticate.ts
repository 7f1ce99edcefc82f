import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { JWTPayload } from 'jose';
import type { AccessConfig, AccessKey, JwtConfig } from '../config/config.ts';
import type { Tools } from '../runtime/tools.ts';
import { ANONYMOUS, type Caller } from './caller.ts';
import type { TokenFault } from './jwt.ts';

/** Why a caller is not let in. */
export interface Refusal {
  readonly refusal: string;
  /** True where no caller can be authenticated now, whoever it is. */
  readonly isOutage?: boolean;
  /** Which check failed, for the log and never for the caller. */
  readonly why: AccessFault;
}

/** What was wrong with the way in which a caller said who it is. */
export type AccessFault =
  | TokenFault
  | 'no_credential' // no header "authorization: Bearer …", or one that cannot be read
  | 'unknown_key'
  | 'tenant_claim_missing'
  | 'tenant_claim_invalid' // no text, or an empty one
  | 'key_set_unreachable';

/**
 * Finds out who asks by a request's headers, or by what stands for them in a websocket's `connection_init`.
 *
 * @returns a promise only where a token has to be verified: keys are known at once
 */
export type Authenticate = (headers: IncomingHttpHeaders) => Caller | Refusal | Promise<Caller | Refusal>;

/** Who may ask, by rules that can be replaced while the gateway runs. */
export interface Access {
  /** By the rules in force when it answers. */
  readonly authenticate: Authenticate;
  /** True for a caller that was let in under earlier rules and has no place in these; see `draft`. */
  isOut(caller: Caller): boolean;
  /**
   * Prepares other rules of the same mode.
   *
   * @returns puts them in force, and tells which callers that were let in before are out: those whose key is gone or, where tokens
   * are checked in another way now, all of them. A caller that is still listed, under its name and tenant, may have a new key.
   */
  draft(access: AccessConfig): () => (caller: Caller) => boolean;
}

/** What authenticating callers needs. */
export type AccessTools = Pick<Tools, 'clock' | 'secrets'>;

/** One set of rules. */
interface Rules {
  readonly access: AccessConfig;
  readonly authenticate: Authenticate;
  /** True for a caller that earlier rules let in and these would too. */
  keeps(caller: Caller): boolean;
}

const VENDOR_TOKEN_HEADER = 'x-waybill-token-';
const MAX_TOKEN_LENGTH = 8_192;

const MISSING: Refusal = {
  refusal: 'Say who you are: send the header "authorization: Bearer …".',
  why: 'no_credential',
};
const OUTAGE: Refusal = {
  refusal: 'Tokens cannot be checked now: try again in some seconds.',
  isOutage: true,
  why: 'key_set_unreachable',
};

/** One answer for all that is wrong with a key or token: more would help whoever tries them out. */
function toWrong(why: AccessFault): Refusal {
  return { refusal: 'This key or token is not good here, or not any more.', why };
}

export function createAccess(access: AccessConfig, tools: AccessTools): Access {
  let current = createRules(access, tools);
  /** Under which rules callers were let in. */
  const letInBy = new WeakMap<Caller, Rules>();

  function admit(authentication: Caller | Refusal, rules: Rules): Caller | Refusal {
    if (!('refusal' in authentication)) letInBy.set(authentication, rules);
    return authentication;
  }

  async function verify(headers: IncomingHttpHeaders, pending: Promise<Caller | Refusal>, rules: Rules) {
    const authentication = await pending;
    // The rules may have been replaced while the token was being verified.
    return rules === current ? admit(authentication, rules) : authenticate(headers);
  }

  function authenticate(headers: IncomingHttpHeaders): ReturnType<Authenticate> {
    const authentication = current.authenticate(headers);
    return authentication instanceof Promise
      ? verify(headers, authentication, current)
      : admit(authentication, current);
  }

  return {
    authenticate,
    isOut: (caller) => (letInBy.get(caller) ?? current) !== current && !current.keeps(caller),
    draft(next) {
      // Rules that stay are kept with all they know: the keys that an issuer has published.
      if (isDeepStrictEqual(next, current.access)) return () => () => false;
      const rules = createRules(next, tools);
      return () => {
        current = rules;
        return (caller) => !rules.keeps(caller);
      };
    },
  };
}

function createRules(access: AccessConfig, tools: AccessTools): Rules {
  switch (access.mode) {
    case 'open':
      return { access, authenticate: (headers) => withVendorTokens(ANONYMOUS, headers), keeps: () => true };
    case 'keys':
      return { access, authenticate: byKey(access.keys), keeps: keepsListed(access.keys) };
    case 'jwt':
      // Whether an earlier token would be good under these rules is not known: tokens are not stored.
      return { access, authenticate: byJwt(access.jwt, tools), keeps: () => false };
  }
}

function byKey(keys: readonly AccessKey[]): Authenticate {
  // One look-up by digest costs the same for any number of keys, and tells a guesser nothing: how far
  // two digests agree says nothing of the keys.
  const callers = new Map(
    keys.map(({ name, key, tenant }) => {
      const digest = digestOf(key);
      const caller: Caller = { tenant, name, expiresAt: null, vendorTokens: {} };
      return [digest.toString('latin1'), { digest, caller }];
    }),
  );
  function find(token: string): Caller | undefined {
    const digest = digestOf(token);
    const found = callers.get(digest.toString('latin1'));
    return found !== undefined && timingSafeEqual(found.digest, digest) ? found.caller : undefined;
  }

  // Keys that were good once need no digest again: no more than there are keys. A guess is compared with none of them, but where V8's
  // seeded hash of the whole text happens to be the same.
  const proven = new Map<string, Caller>();
  return (headers) => {
    const token = bearerOf(headers);
    if (token === null) return MISSING;
    let caller = proven.get(token);
    if (caller === undefined) {
      caller = find(token);
      if (caller === undefined) return toWrong('unknown_key');
      proven.set(token, caller);
    }
    return withVendorTokens(caller, headers);
  };
}

function keepsListed(keys: readonly AccessKey[]): Rules['keeps'] {
  const nameOf = ({ tenant, name }: Pick<Caller, 'tenant' | 'name'>) => JSON.stringify([tenant, name]);
  const names = new Set(keys.map(nameOf));
  return (caller) => names.has(nameOf(caller));
}

function byJwt(config: JwtConfig, { clock, secrets }: AccessTools): Authenticate {
  // Loaded where there are tokens to be checked.
  const check = import('./jwt.ts').then(({ createTokenCheck }) =>
    createTokenCheck(config, () => clock.now()),
  );

  async function verify(token: string, headers: IncomingHttpHeaders): Promise<Caller | Refusal> {
    const verdict = await (await check)(token);
    if (verdict === 'unknown') return OUTAGE;
    if ('fault' in verdict) return toWrong(verdict.fault);
    const { payload } = verdict;
    const tenant = payload[config.tenantClaim];
    if (tenant === undefined) return toWrong('tenant_claim_missing');
    if (typeof tenant !== 'string' || tenant === '') return toWrong('tenant_claim_invalid');
    const expiresAt = endOf(payload, clock.now(), config.clockSkewMs);
    return { tenant, name: payload.sub ?? 'unnamed', expiresAt, vendorTokens: vendorTokensOf(headers) ?? {} };
  }

  return (headers) => {
    const token = bearerOf(headers);
    if (token === null) return MISSING;
    // Before anything can go wrong with it: an error must not tell it either.
    secrets.addPassing(token);
    return verify(token, headers);
  };
}

/** By this clock; a token that is over already, but for the issuer's clock, has the rest of the allowance. */
function endOf({ exp = 0 }: JWTPayload, now: number, clockSkewMs: number): number {
  const endsAt = exp * 1_000;
  return endsAt > now ? endsAt : endsAt + clockSkewMs;
}

function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

function bearerOf({ authorization = '' }: IncomingHttpHeaders): string | null {
  if (authorization.length > MAX_TOKEN_LENGTH) return null;
  return /^bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1] ?? null;
}

/** The same object for every request that brings no vendor tokens. */
function withVendorTokens(caller: Caller, headers: IncomingHttpHeaders): Caller {
  const vendorTokens = vendorTokensOf(headers);
  return vendorTokens === undefined ? caller : { ...caller, vendorTokens };
}

/** The caller's own vendor tokens: header `x-waybill-token-KEY` for the account KEY; `undefined` where there is none. */
export function vendorTokensOf(headers: IncomingHttpHeaders): Record<string, string> | undefined {
  let tokens: [string, string][] | undefined;
  for (const name in headers) {
    const value = headers[name];
    if (!name.startsWith(VENDOR_TOKEN_HEADER) || typeof value !== 'string' || value === '') continue;
    tokens ??= [];
    tokens.push([name.slice(VENDOR_TOKEN_HEADER.length), value]);
  }
  // Not one by one: a header may be called "__proto__".
  return tokens === undefined ? undefined : Object.fromEntries(tokens);
}
