/** What stands in the page's address: which page, what is filtered and sorted, and what somebody follows by name. */

export type SortKey = 'moving' | 'newest' | 'name' | 'vendor' | 'status';

/** What the list shows; empty lets everything through. */
export interface View {
  readonly text: string;
  readonly vendor: string;
  readonly account: string;
  /** A status, or a phase in the kit's words. */
  readonly status: string;
  /** How many hours ago an export may have begun; 0 for any. */
  readonly hours: number;
  readonly sort: SortKey;
  readonly isReversed: boolean;
}

export const EVERYTHING: View = {
  text: '',
  vendor: '',
  account: '',
  status: '',
  hours: 0,
  sort: 'moving',
  isReversed: false,
};

const SORT_KEYS: readonly SortKey[] = ['moving', 'newest', 'name', 'vendor', 'status'];

export function readView(search: string): View {
  const parameters = new URLSearchParams(search);
  const text = (name: string) => parameters.get(name)?.trim() ?? '';
  const sort = text('sort').replace(/^-/, '') as SortKey;
  const hours = Number(text('hours'));
  return {
    text: parameters.get('q') ?? '',
    vendor: text('vendor'),
    account: text('account'),
    status: text('status'),
    hours: Number.isFinite(hours) && hours > 0 ? hours : 0,
    sort: SORT_KEYS.includes(sort) ? sort : 'moving',
    isReversed: text('sort').startsWith('-'),
  };
}

/** Only what differs from showing everything; empty where nothing does. */
export function writeView({ text, vendor, account, status, hours, sort, isReversed }: View): string {
  const parameters = new URLSearchParams();
  const set = (name: string, value: string) => value !== '' && parameters.set(name, value);
  set('q', text);
  set('vendor', vendor);
  set('account', account);
  set('status', status);
  set('hours', hours === 0 ? '' : String(hours));
  if (sort !== 'moving' || isReversed) set('sort', `${isReversed ? '-' : ''}${sort}`);
  const written = parameters.toString();
  return written === '' ? '' : `?${written}`;
}

/** True where something is left out. */
export function isFiltered({ text, vendor, account, status, hours }: View): boolean {
  return text.trim() !== '' || vendor !== '' || account !== '' || status !== '' || hours !== 0;
}

/** What is followed by name, from the fragment `#id=…&id=…`, which no server sees: each once, in their order. */
export function readFollowed(hash: string): readonly string[] {
  // A plus is part of an id here, never a space.
  const parameters = new URLSearchParams(hash.replace(/^#/, '').replaceAll('+', '%2B'));
  return [...new Set(parameters.getAll('id').map((text) => text.trim()))].filter((text) => text !== '');
}

export function writeFollowed(texts: readonly string[]): string {
  // These three are allowed in a fragment, and read better as they are.
  const encode = (text: string) => encodeURIComponent(text).replace(/%(?:3A|2F|40)/g, decodeURIComponent);
  return texts.length === 0 ? '' : `#${texts.map((text) => `id=${encode(text)}`).join('&')}`;
}

export type Route = { readonly page: 'list' } | { readonly page: 'export'; readonly id: string };

export function readRoute(pathname: string): Route {
  const [, id] = /^\/e\/([^/]+)\/?$/.exec(pathname) ?? [];
  if (id === undefined) return { page: 'list' };
  try {
    return { page: 'export', id: decodeURIComponent(id) };
  } catch {
    // No id of ours holds a lone percent sign: what it is, the gateway says.
    return { page: 'export', id };
  }
}

export function toExportPath(id: string): string {
  return `/e/${encodeURIComponent(id)}`;
}
