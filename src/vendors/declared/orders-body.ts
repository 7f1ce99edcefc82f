import type { ExportOrder } from '../../export/ports.ts';
import type { Pointer, VendorDeclaration } from '../../vendor-file/declaration.ts';
import { withValueAt } from './pointer.ts';
import { compileBody, type SettingValues, type TemplateValues } from './template.ts';

/** What an order is sent as; empty where it says nothing that stands in a body. */
export type OrderContent = { readonly json: unknown } | { readonly form: string } | Record<never, never>;

export type FillOrder = (
  order: ExportOrder,
  values: TemplateValues,
  callbackUrl: string | undefined,
) => OrderContent;

/** How an order is laid into the body of its start: first what the request itself says, then what is constant, then what was ordered. */
export function compileOrderContent(
  { start, callback }: Pick<VendorDeclaration, 'start' | 'callback'>,
  settings: SettingValues,
): FillOrder {
  if (start === null) return () => ({});
  const { request, constants, order: fields, under, nesting } = start;
  const fillOwn = request.body === null ? () => undefined : compileBody(request.body, settings);
  const address = callback !== null && 'at' in callback.address ? callback.address.at : null;
  const places: (readonly [name: string, at: Pointer])[] = Object.entries(fields).map(([name, { at }]) => [
    name,
    [...under, ...at],
  ]);
  const hasBody = request.body !== null || constants.length > 0 || places.length > 0;

  return (order, values, callbackUrl) => {
    let body = fillOwn(values);
    for (const { at, value } of constants) body = withValueAt(body, at, value);
    for (const [name, at] of places) {
      const value = Object.hasOwn(order, name) ? order[name] : undefined;
      if (value !== undefined) body = withValueAt(body, at, value);
    }
    if (address !== null && callbackUrl !== undefined)
      body = withValueAt(body, [...under, ...address], callbackUrl);
    if (body === undefined && !hasBody) return {};
    return request.encoding === 'form' ? { form: toForm(body, nesting) } : { json: body ?? {} };
  };
}

/**
 * A JSON object as a form. Null falls away.
 *
 * @param nesting - `brackets`: what is nested as `a[b]=c`, lists as `a[]=c&a[]=d`; null: lists of plain values as `a=c&a=d`, the rest as JSON
 */
export function toForm(body: unknown, nesting: 'brackets' | null): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(body ?? {}))
    if (nesting === 'brackets') appendNested(form, name, value);
    else appendFlat(form, name, value);
  return form.toString();
}

function appendNested(form: URLSearchParams, name: string, value: unknown): void {
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) for (const entry of value) appendNested(form, `${name}[]`, entry);
  else if (typeof value === 'object')
    for (const [member, inner] of Object.entries(value)) appendNested(form, `${name}[${member}]`, inner);
  else form.append(name, String(value));
}

function appendFlat(form: URLSearchParams, name: string, value: unknown): void {
  if (value === null || value === undefined) return;
  if (typeof value !== 'object') form.append(name, String(value));
  else if (Array.isArray(value) && value.every(isPlain))
    for (const entry of value) form.append(name, String(entry));
  else form.append(name, JSON.stringify(value));
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object';
}
