import type { Log, LogLevelName } from '../runtime/tools.ts';
import { currentScope } from './scope.ts';

/** A tenant and a caller may be called whatever the issuer of tokens likes. */
const MAX_NAME_LENGTH = 200;

type Fields = Readonly<Record<string, unknown>>;

/** The same log; each line also says which request, tenant and caller it belongs to. What the line itself says wins. */
export function withScope(log: Log): Log {
  const write =
    (level: LogLevelName): Log['info'] =>
    (fields, message) => {
      // A line that is dropped is not put together first.
      if (log.isEnabled(level)) log[level](complete(fields), message);
    };
  return {
    isEnabled: (level) => log.isEnabled(level),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
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
