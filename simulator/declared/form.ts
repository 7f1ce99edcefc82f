import type { Pointer } from '../../src/vendor-file/declaration.ts';
import { getAt, putAt } from './json.ts';

/** A form as JSON: `a[b]=c` is `{ a: { b: 'c' } }`, `a[]=b` an entry of a list, a name that comes again an entry too. */
export function parseForm(text: string): unknown {
  let form: unknown = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const path = toPath(name);
    const [at, isEntry] = path.at(-1) === '' ? [path.slice(0, -1), true] : [path, false];
    const known = getAt(form, at);
    if (known === undefined && !isEntry) form = putAt(form, at, value);
    else
      form = putAt(form, at, [...(Array.isArray(known) ? known : known === undefined ? [] : [known]), value]);
  }
  return form;
}

/** `a[b][c]` */
function toPath(name: string): Pointer {
  const [first = '', ...rest] = name.split('[');
  return [first, ...rest.map((part) => part.replace(/\]$/, ''))];
}

/** A form field's name for a pointer: `/export/id` is `export[id]`. */
export function toFieldName([first = '', ...rest]: Pointer): string {
  return first + rest.map((token) => `[${token}]`).join('');
}

/** JSON as a form, nested names in brackets. */
export function toForm(value: unknown): URLSearchParams {
  const form = new URLSearchParams();
  collect(value, []);
  return form;

  function collect(inner: unknown, path: Pointer): void {
    if (inner === null || inner === undefined) return;
    if (typeof inner !== 'object') {
      form.append(toFieldName(path), String(inner));
      return;
    }
    for (const [name, each] of Object.entries(inner))
      collect(each, [...path, Array.isArray(inner) && typeof each !== 'object' ? '' : name]);
  }
}
