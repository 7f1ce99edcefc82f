import type { OrderField, Pointer, StartRule, VendorDeclaration } from '../../src/vendor-file/declaration.ts';
import { toForm } from './form.ts';
import { getAt, putAt } from './json.ts';
import { type Places, renderBody } from './render.ts';

/** An order as it was understood. */
export interface ReadOrder {
  /** By the order's fields. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Where the vendor is to say that the export has ended. */
  readonly callback: string | null;
}

/** Reads the body of a start; a sentence where it is not as the file says. */
export function readOrder(
  { start, callback }: VendorDeclaration,
  body: unknown,
  query: URLSearchParams,
): ReadOrder | string {
  if (start === null) return 'This vendor starts nothing.';
  const address = callback?.address;
  for (const { at, value } of start.constants)
    if (!isSameValue(getAt(body, at), value, start))
      return `"${toText(at)}" of the body must be ${JSON.stringify(value)}.`;

  const fields: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(start.order)) {
    const value = getAt(body, toPlace(start, field));
    if (value === undefined && field.isRequired)
      return `"${toText(toPlace(start, field))}" of the body is missing.`;
    if (value === undefined) continue;
    if (!isOfType(field, value, start))
      return `"${toText(toPlace(start, field))}" of the body is no ${field.type}.`;
    fields[name] = value;
  }
  const told =
    address === undefined
      ? null
      : 'query' in address
        ? query.get(address.query)
        : getAt(body, [...start.under, ...address.at]);
  const known = [
    ...start.constants.map(({ at }) => at),
    ...Object.values(start.order).map((field) => toPlace(start, field)),
    ...(address !== undefined && 'at' in address ? [[...start.under, ...address.at]] : []),
  ];
  const stray = findStray(
    body,
    start.request.body === null ? {} : renderBody(start.request.body, { named: {} }),
    known,
    [],
  );
  if (stray !== null) return `The body has no place for "${toText(stray)}".`;
  return { fields, callback: typeof told === 'string' ? told : null };
}

/** Where a field of the order stands in the body. */
function toPlace(start: StartRule, field: OrderField): Pointer {
  return [...start.under, ...field.at];
}

function isOfType({ type, isList }: OrderField, value: unknown, { request, nesting }: StartRule): boolean {
  const isForm = request.encoding === 'form';
  if (isForm && (nesting === null || type === 'JSON')) return true;
  const isOne = (each: unknown): boolean => {
    if (type === 'JSON') return true;
    if (isForm) return typeof each === 'string';
    if (type === 'Int') return Number.isSafeInteger(each);
    if (type === 'Float') return typeof each === 'number';
    if (type === 'Boolean') return typeof each === 'boolean';
    // Instants may be numbers where the file converts them.
    return typeof each === 'string' || (type === 'DateTime' && typeof each === 'number');
  };
  return isList ? Array.isArray(value) && value.every(isOne) : isOne(value);
}

function isSameValue(left: unknown, right: unknown, { request }: StartRule): boolean {
  const isText = request.encoding === 'form' && typeof right !== 'object';
  return isText ? left === String(right) : JSON.stringify(left) === JSON.stringify(right);
}

/** The first place in a body that nothing of the file leads to. */
function findStray(body: unknown, fixed: unknown, known: readonly Pointer[], path: Pointer): Pointer | null {
  if (known.some((pointer) => isBelow(path, pointer))) return null;
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return path.length === 0 || getAt(fixed, path) !== undefined ? null : path;
  for (const [name, value] of Object.entries(body)) {
    const stray = findStray(value, fixed, known, [...path, name]);
    if (stray !== null) return stray;
  }
  return null;
}

/** True for the place itself, and for what stands in it. */
function isBelow(path: Pointer, pointer: Pointer): boolean {
  return pointer.length <= path.length && pointer.every((token, index) => token === path[index]);
}

function toText(pointer: Pointer): string {
  return `/${pointer.join('/')}`;
}

/** The order of the examples: the input's fields, and the body that they make. */
export function createExampleOrder(
  { start }: VendorDeclaration,
  places: Places,
): {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly body: string;
} {
  if (start === null) throw new RangeError('The vendor starts nothing.');
  const fields = Object.fromEntries(
    Object.entries(start.order).map(([name, field]) => [name, field.example ?? toExample(field)]),
  );
  let body: unknown = start.request.body === null ? {} : renderBody(start.request.body, places);
  for (const { at, value } of start.constants) body = putAt(body, at, value);
  for (const [name, field] of Object.entries(start.order))
    body = putAt(body, toPlace(start, field), fields[name]);
  return { fields, body: start.request.encoding === 'form' ? toForm(body).toString() : JSON.stringify(body) };
}

/** Something of a field's type. */
function toExample({ type, isList }: OrderField): unknown {
  const one = {
    Int: 1,
    Float: 1.5,
    String: 'sample',
    Boolean: true,
    ID: '1',
    DateTime: '2026-10-01T00:00:00Z',
    URL: 'https://www.example.com/',
    JSON: {},
  }[type];
  return isList ? [one] : one;
}
