import { act, cleanup, type RenderResult, render } from '@testing-library/react';
import type { Waybill } from '@waybill/client';
import { WaybillProvider } from '@waybill/react';
import { createElement, type ReactNode, StrictMode } from 'react';
import { afterEach, vi } from 'vitest';

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** Renders below a provider, in StrictMode where asked for, and lets what was opened answer. */
export async function show(
  client: Waybill,
  children: ReactNode,
  { strict = false }: { readonly strict?: boolean } = {},
): Promise<RenderResult & { update(children: ReactNode): Promise<void> }> {
  const wrap = (inner: ReactNode): ReactNode => {
    const provided = createElement(WaybillProvider, { client }, inner);
    return strict ? createElement(StrictMode, null, provided) : provided;
  };
  const view = await act(async () => render(wrap(children)));
  return { ...view, update: (next) => act(async () => view.rerender(wrap(next))) };
}

/** Lets time pass on vitest's own timers, and React render what comes of it. */
export function pass(ms: number): Promise<void> {
  return act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });
}
