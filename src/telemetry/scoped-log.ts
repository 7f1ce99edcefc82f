import type { Log } from '../runtime/tools.ts';
import { currentScope } from './scope.ts';

/** A tenant and a caller may be called whatever the issuer of tokens likes. */
const MAX_NAME_LENGTH = 200;

type Fields = Readonly<Record<string, unknown>>;

/** The same log; each line also says which request, tenant and caller it belongs to. What the line itself says wins. */
export function withScope(log: Log): Log {
  return {
    debug: (fields, message) => log.debug(complete(fields), message),
    info: (fields, message) => log.info(complete(fields), message),
    warn: (fields, message) => log.warn(complete(fields), message),
    error: (fields, message) => log.error(complete(fields), message),
  };
}

function complete(fields: Fields): Fields {
  const all: Fields = { ...currentScope(), ...fields };
  const known = Object.entries(all).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(known.map(([name, value]) => [name, bound(name, value)]));
}

function bound(name: string, value: unknown): unknown {
  const isName = (name === 'tenant' || name === 'caller') && typeof value === 'string';
  return isName ? value.slice(0, MAX_NAME_LENGTH) : value;
}
