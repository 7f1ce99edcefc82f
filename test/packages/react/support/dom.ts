import { Window } from 'happy-dom';

const NAMES = [
  'document',
  'navigator',
  'Node',
  'Element',
  'HTMLElement',
  'HTMLIFrameElement',
  'HTMLInputElement',
  'HTMLAnchorElement',
  'Event',
  'MouseEvent',
  'MutationObserver',
  'getComputedStyle',
] as const;

/**
 * Puts a document into this process. Only what React and the tests look for becomes global: `fetch`, `AbortController`, timers and their
 * like stay those of Node, which speak to real gateways.
 *
 * @returns what takes it away again
 */
export function installDom(): () => void {
  const window = new Window({ url: 'http://localhost/' });
  const globals: Record<string, unknown> = { window };
  for (const name of NAMES) globals[name] = (window as unknown as Record<string, unknown>)[name];
  const before = Object.keys(globals).map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  };
}

/** Hides or shows the page, as a browser does with a tab. */
export function setHidden(isHidden: boolean): void {
  Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true });
  Object.defineProperty(document, 'visibilityState', {
    value: isHidden ? 'hidden' : 'visible',
    configurable: true,
  });
  document.dispatchEvent(new Event('visibilitychange'));
}
