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

/** Undefined where its path has a place for which there is nothing. */
export type FillRequest = (values: TemplateValues) => FilledRequest | undefined;

/** One request of a vendor file for one account. */
export function compileRequest(
  rule: RequestRule,
  { headers }: Pick<VendorDeclaration, 'headers'>,
  settings: SettingValues,
): FillRequest {
  const { method } = rule;
  const fillPath = compilePath(rule.path, settings);
  const fillQuery = compileTexts(rule.query, settings);
  const hasQuery = Object.keys(rule.query).length > 0;
  const fillHeaders = compileTexts({ ...toLowerCase(headers), ...toLowerCase(rule.headers) }, settings);
  const fillContent = compileContent(rule, settings);
  return (values) => {
    const path = fillPath(values);
    if (path === undefined) return undefined;
    const query = hasQuery ? fillQuery(values) : undefined;
    return { method, path, query, headers: fillHeaders(values), ...fillContent?.(values) };
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

/** A JSON object as a form; what is nested is written with brackets: `a[b]=c`, `a[0]=d`. Null falls away. */
export function encodeForm(body: unknown): string {
  const pairs: [string, string][] = [];
  collectPairs(body, '', pairs);
  return new URLSearchParams(pairs).toString();
}

function collectPairs(value: unknown, name: string, pairs: [string, string][]): void {
  if (value === null || value === undefined) return;
  if (typeof value !== 'object') {
    if (name !== '') pairs.push([name, String(value)]);
    return;
  }
  for (const [member, inner] of Object.entries(value))
    collectPairs(inner, name === '' ? member : `${name}[${member}]`, pairs);
}

function toLowerCase<Value>(named: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [name.toLowerCase(), value]));
}
