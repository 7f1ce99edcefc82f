/** The page's address as state. */
import { useSyncExternalStore } from 'react';

function read(): string {
  return location.pathname + location.search + location.hash;
}

const listeners = new Set<() => void>();
/** Changes with everything that stands in the address. */
let href = read();

function tell(): void {
  if (href === read()) return;
  if (href.startsWith('/?') || href.startsWith('/#') || href === '/') lastList = href;
  href = read();
  for (const listener of listeners) listener();
}

addEventListener('popstate', tell);
addEventListener('hashchange', tell);

/** The list as it was last seen: its filters, its order and what it follows. */
let lastList = '/';

export function listPath(): string {
  return lastList;
}

/** @param how - `replace` for what is no step back of its own, such as each letter of a search */
export function navigate(to: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(null, '', to);
  else history.replaceState(null, '', to);
  tell();
}

export interface Address {
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
}

export function useAddress(): Address {
  const current = useSyncExternalStore(subscribe, read);
  const { pathname, search, hash } = new URL(current, location.origin);
  return { pathname, search, hash };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** True for a click that the browser should see to itself: another tab, a download. */
export function isModified(event: {
  readonly button: number;
  readonly metaKey: boolean;
  readonly ctrlKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}): boolean {
  return event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
}
