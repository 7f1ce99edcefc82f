/** The page's address as state. */
import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
/** As it was when it was last told of. */
let href = '';

function read(): string {
  return location.pathname + location.search + location.hash;
}

function tell(): void {
  if (href === read()) return;
  if (/^\/(?:[?#]|$)/.test(href)) lastList = href;
  href = read();
  for (const listener of listeners) listener();
}

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
  if (listeners.size === 0) {
    href = read();
    addEventListener('popstate', tell);
    addEventListener('hashchange', tell);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    removeEventListener('popstate', tell);
    removeEventListener('hashchange', tell);
  };
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
