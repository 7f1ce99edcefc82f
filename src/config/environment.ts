import { type KeyPath, type Problem, shorten } from '../yaml/problem.ts';
import { MAX_LEVELS, pathKey, TOO_DEEP } from '../yaml/tree.ts';
import { UnquotedReference } from '../yaml/unquoted.ts';
import type { EnvironmentVariables } from './process-environment.ts';

/** Where a value of the file came from the environment. */
export interface Substitution {
  /** The variables' names, which are no secret. */
  readonly names: readonly string[];
  /** Nothing else stood in the text, so that it may be meant as a number. */
  readonly isWhole: boolean;
}

export interface SubstitutedTree {
  readonly tree: unknown;
  readonly problems: readonly Problem[];
  /** By `pathKey`. */
  readonly substitutions: ReadonlyMap<string, Substitution>;
}

/** Stands where a variable is not set: fits no schema, and no rule draws conclusions from it. */
const UNSET = Symbol('a variable that is not set');

/** `$${`, `${NAME}`, `${NAME:-default}`, or a `${` that is none of them; a default holds neither `}` nor `${`. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-((?:(?!\$\{)[^}])*))?\}|\$\{/g;

/**
 * Replaces `${NAME}` and `${NAME:-default}` in every text of a parsed file; `$${` stands for `${`.
 *
 * It works on what the YAML parser has made of the file, so that no value can add a key or end a quote, and what was
 * put in is not looked at again. As in a shell, a default also serves a variable that is set to nothing.
 */
export function substituteEnvironment(parsed: unknown, env: EnvironmentVariables): SubstitutedTree {
  const problems: Problem[] = [];
  const substitutions = new Map<string, Substitution>();
  const ancestors = new Set<object>();

  function visit(value: unknown, path: KeyPath): unknown {
    if (typeof value === 'string') return substituteText(value, path);
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof UnquotedReference) return refuse(path, value.fault);
    if (ancestors.has(value)) {
      return refuse(path, { found: 'an alias of what it stands in', allowed: 'an alias of something else' });
    }
    // Aliases of aliases make a flat file deep.
    if (path.length > MAX_LEVELS) return refuse([], TOO_DEEP);
    ancestors.add(value);
    const copy = Array.isArray(value)
      ? value.map((item, index) => visit(item, [...path, index]))
      : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item, [...path, key])]));
    ancestors.delete(value);
    return copy;
  }

  function refuse(path: KeyPath, fault: Omit<Problem, 'path'>): unknown {
    problems.push({ path, ...fault });
    return UNSET;
  }

  function substituteText(text: string, path: KeyPath): unknown {
    const result = substitute(text, env);
    if (result.names.length > 0) substitutions.set(pathKey(path), result);
    if (result.faults.length === 0) return result.text;
    problems.push(...result.faults.map((fault) => ({ path, ...fault })));
    return UNSET;
  }

  return { tree: visit(parsed, []), problems, substitutions };
}

interface SubstitutedText extends Substitution {
  readonly text: string;
  readonly faults: readonly Omit<Problem, 'path'>[];
}

function substitute(text: string, env: EnvironmentVariables): SubstitutedText {
  const names: string[] = [];
  const faults: Omit<Problem, 'path'>[] = [];
  let isWhole = false;
  const replaced = text.replace(REFERENCE, (reference: string, name?: string, fallback?: string) => {
    if (reference === '$${') return '${';
    if (name === undefined) {
      faults.push({
        found: 'a "${" that begins no variable',
        allowed: `\${NAME}, \${NAME:-default}, or $\${ for the sign itself`,
      });
      return '';
    }
    names.push(name);
    isWhole = reference.length === text.length;
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value !== undefined && (value !== '' || fallback === undefined)) return value;
    if (fallback !== undefined) return fallback;
    faults.push({
      found: `\${${shorten(name)}}, which is not set`,
      allowed: `a variable that is set, or one with a default: \${NAME:-default}`,
    });
    return '';
  });
  return { text: replaced, names, isWhole, faults };
}
