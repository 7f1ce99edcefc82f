import type { AccountRequest } from '../../http/types.ts';
import type { RequestRule, VendorDeclaration } from '../../vendor-file/declaration.ts';
import {
  compileBody,
  compilePath,
  compileTexts,
  type FillBody,
  type SettingValues,
  type TemplateValues,
} from './template.ts';

/** A request of a vendor file with all its places filled. */
export interface FilledRequest {
  readonly method: RequestRule['method'];
  /** Raw segments below the base URL. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Those of every call of the vendor, too; names in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly json?: unknown;
  /** Encoded. */
  readonly form?: string | undefined;
}

/** A request that changes nothing, whatever its method. */
export function toRead(request: FilledRequest): AccountRequest {
  return request.method === 'GET' ? (request as AccountRequest) : { ...request, isRead: true };
}

/** Undefined where its path has a place for which there is nothing. */
export type FillRequest = (values: TemplateValues) => FilledRequest | undefined;

/** One request of a vendor file for one account. */
export function compileRequest(
  rule: RequestRule,
  vendor: Pick<VendorDeclaration, 'headers'>,
  settings: SettingValues,
): FillRequest {
  const { method } = rule;
  const fillPath = compilePath(rule.path, settings);
  const fillQuery = compileTexts(rule.query, settings);
  const hasQuery = Object.keys(rule.query).length > 0;
  const fillHeaders = compileTexts(
    { ...toLowerCase(vendor.headers), ...toLowerCase(rule.headers) },
    settings,
  );
  const fillContent = compileContent(rule, settings);
  return (values) => {
    const path = fillPath(values);
    if (path === undefined) return undefined;
    const query = hasQuery ? fillQuery(values) : undefined;
    const headers = fillHeaders(values);
    if (fillContent === undefined) return { method, path, query, headers };
    return { method, path, query, headers, ...fillContent(values) };
  };
}

function compileContent(
  { body, encoding }: RequestRule,
  settings: SettingValues,
): ((values: TemplateValues) => Pick<FilledRequest, 'json' | 'form'>) | undefined {
  if (body === null) return undefined;
  const fill: FillBody = compileBody(body, settings);
  return encoding === 'form'
    ? (values) => ({ form: encodeForm(fill(values)) })
    : (values) => ({ json: fill(values) });
}

/**
 * A JSON object as a form. Null falls away.
 *
 * @param nesting - `brackets`: `a[b]=c`, and `a[]=d` for each entry of a list; null: entries as `a=d&a=e`, other values as JSON
 */
export function encodeForm(body: unknown, nesting: 'brackets' | null = 'brackets'): string {
  const pairs: [string, string][] = [];
  for (const [name, value] of Object.entries(body ?? {})) collectPairs(value, name, nesting, pairs);
  return new URLSearchParams(pairs).toString();
}

function collectPairs(
  value: unknown,
  name: string,
  nesting: 'brackets' | null,
  pairs: [string, string][],
): void {
  if (value === null || value === undefined) return;
  if (typeof value !== 'object') pairs.push([name, String(value)]);
  else if (Array.isArray(value)) {
    const entryName = nesting === null ? name : `${name}[]`;
    for (const entry of value) {
      if (nesting === null && typeof entry === 'object') pairs.push([name, JSON.stringify(entry)]);
      else collectPairs(entry, entryName, nesting, pairs);
    }
  } else if (nesting === null) pairs.push([name, JSON.stringify(value)]);
  else
    for (const [member, inner] of Object.entries(value))
      collectPairs(inner, `${name}[${member}]`, nesting, pairs);
}

function toLowerCase<Value>(named: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [name.toLowerCase(), value]));
}
