import type { LocatorIds } from '../../export/export.ts';
import type { LocatorGrammar } from '../../export/ports.ts';
import { parseJson } from '../../http/json.ts';
import type { Pointer, VendorDeclaration } from '../../vendor-file/declaration.ts';
import { compilePointers } from './pointer.ts';
import { toIdText } from './values.ts';

/** See `VendorInfo.readCallback`. */
export type ReadCallback = (body: string) => LocatorIds;

/**
 * What reads the id of an export in what a vendor posts to us, as its file says: a hint that leads to a read, so nothing else of it is
 * looked at. Undefined where the vendor calls nobody back.
 *
 * @param locator - the vendor's whole grammar; the id is its last one
 */
export function toReadCallback(
  { callback, status }: Pick<VendorDeclaration, 'callback' | 'status'>,
  locator: LocatorGrammar,
): ReadCallback | undefined {
  const [name, rule] = Object.entries(locator).at(-1) ?? [];
  if (callback === null || name === undefined || rule === undefined) return undefined;
  const prefix = status.id?.prefix ?? '';
  const read = callback.body === 'form' ? readForm(callback.id) : readJson(callback.id);
  return (body) => {
    const id = withoutPrefix(toIdText(read(body)), prefix);
    return id !== undefined && id.length <= MAX_ID_LENGTH && rule.test(id) ? { [name]: id } : {};
  };
}

const MAX_ID_LENGTH = 512;

/** An id without what a vendor writes before it; as it is where that does not stand there. */
export function withoutPrefix(id: string | undefined, prefix: string): string | undefined {
  return id?.startsWith(prefix) ? id.slice(prefix.length) : id;
}

function readJson(id: readonly [Pointer, ...Pointer[]]): (body: string) => unknown {
  const read = compilePointers(id);
  return (body) => read(parseJson(body));
}

/** A pointer into a form: `/export/id` is the field `export[id]`. */
function readForm(id: readonly Pointer[]): (body: string) => unknown {
  const names = id.map(([first = '', ...rest]) => first + rest.map((token) => `[${token}]`).join(''));
  return (body) => {
    const form = new URLSearchParams(body);
    return names.map((name) => form.get(name)).find((value) => value !== null && value !== '');
  };
}
