import type { IncomingHttpHeaders } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { AccessConfig } from '../config/config.ts';
import { type AccessTools, createAuthenticate } from './authenticate.ts';
import type { Authenticate } from './authentication.ts';
import type { Caller } from './caller.ts';

/** Who may ask, by rules that can be replaced while the gateway runs. */
export interface Access {
  /** By the rules that hold when it answers. */
  readonly authenticate: Authenticate;
  /** True for a caller that was let in under earlier rules and has no place in these; see `draft`. */
  isOut(caller: Caller): boolean;
  /**
   * Prepares other rules of the same mode.
   *
   * @returns puts them in force, and tells who of those that were let in before is out: whose key is gone, or, where tokens are
   * checked in another way now, everybody. A caller that is there still, under its name and tenant, may have a new key.
   */
  draft(access: AccessConfig): () => (caller: Caller) => boolean;
}

/** One set of rules. */
interface Rules {
  readonly access: AccessConfig;
  readonly authenticate: Authenticate;
  /** True for a caller that earlier rules let in and these would too. */
  keeps(caller: Caller): boolean;
}

export function createAccess(access: AccessConfig, tools: AccessTools): Access {
  let current = createRules(access, tools);
  /** Under which rules callers were let in. */
  const letInBy = new WeakMap<Caller, Rules>();

  return {
    async authenticate(headers: IncomingHttpHeaders) {
      for (;;) {
        const rules = current;
        const authentication = await rules.authenticate(headers);
        // The rules may have been replaced while a token was being checked.
        if (rules !== current) continue;
        if (!('refusal' in authentication)) letInBy.set(authentication, rules);
        return authentication;
      }
    },
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
  return { access, authenticate: createAuthenticate(access, tools), keeps: createKeeps(access) };
}

function createKeeps(access: AccessConfig): Rules['keeps'] {
  switch (access.mode) {
    case 'open':
      return () => true;
    case 'keys': {
      const names = new Set(access.keys.map(nameOf));
      return (caller) => names.has(nameOf(caller));
    }
    case 'jwt':
      // Whether an earlier token would be good under these rules is not known: nobody keeps tokens.
      return () => false;
  }
}

function nameOf({ tenant, name }: Pick<Caller, 'tenant' | 'name'>): string {
  return JSON.stringify([tenant, name]);
}
