import './support/with-dom.ts';
import { act } from '@testing-library/react';
import type { Export } from '@waybill/client';
import { type UseOptions, useExport, useSuspenseExport } from '@waybill/react';
import { Component, type ReactNode, Suspense, startTransition, useState } from 'react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createError,
  createExport,
  createManualWaybill,
  type ManualWaybill,
} from './support/manual-waybill.ts';
import { pass, show } from './support/render.ts';

let waybill: ManualWaybill;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  waybill = createManualWaybill();
});

function Row({ of, ...options }: { readonly of: string } & UseOptions) {
  const shown = useSuspenseExport(of, options);
  return <p>{`${of} ${shown.status}`}</p>;
}

const below = (children: ReactNode) => <Suspense fallback="loading">{children}</Suspense>;
const tell = (locator: string, state: Partial<Export> = {}) => act(async () => waybill.tell(locator, state));
const left = () => [waybill.open, waybill.listeners, vi.getTimerCount()];

describe('useSuspenseExport', () => {
  it.each([false, true])(
    'suspends until the export is there, over one set (StrictMode: %s)',
    async (strict) => {
      const view = await show(waybill, below(<Row of="hi-energy:1" />), { strict });
      expect(view.container.textContent).toBe('loading');

      await tell('hi-energy:1');
      expect(view.container.textContent).toBe('hi-energy:1 RUNNING');

      await tell('hi-energy:1', { status: 'SUCCEEDED' });
      await pass(60_000);
      expect(view.container.textContent).toBe('hi-energy:1 SUCCEEDED');
      expect([waybill.open, waybill.opened]).toEqual([1, 1]);

      await view.update(null);
      await pass(1_000);
      expect(left()).toEqual([0, 0, 0]);
    },
  );

  it('does not suspend with initialData, nor where another hook has the export already', async () => {
    const initialData = createExport({ id: 'hi-energy:1', status: 'QUEUED' });
    const view = await show(waybill, below(<Row of="hi-energy:1" initialData={initialData} />));
    expect(view.container.textContent).toBe('hi-energy:1 QUEUED');

    await tell('hi-energy:1');
    await view.update(<main>{below(<Row of="hi-energy:1" />)}</main>);
    expect(view.container.textContent).toBe('hi-energy:1 RUNNING');
  });

  it('goes on waiting where the hook that followed the same export has gone', async () => {
    function Other() {
      return useExport('hi-energy:1').status;
    }
    const waiting = below(<Row of="hi-energy:1" />);
    const view = await show(waybill, <main>{[<Other key="a" />, <div key="b">{waiting}</div>]}</main>);
    expect(view.container.textContent).toBe('pendingloading');

    await view.update(<main>{[<div key="b">{waiting}</div>]}</main>);
    for (let second = 0; second < 5; second += 1) await pass(1_000);
    await tell('hi-energy:1');

    expect(view.container.textContent).toBe('hi-energy:1 RUNNING');
    expect([waybill.open, waybill.opened]).toEqual([1, 1]);
  });

  it('keeps what is shown while a transition waits for another export', async () => {
    let go = (_of: string): void => {};
    function Page() {
      const [of, setOf] = useState('hi-energy:1');
      go = (next) => startTransition(() => setOf(next));
      return below(<Row of={of} />);
    }
    await tell('hi-energy:1');
    const view = await show(waybill, <Page />);

    await act(async () => go('hi-energy:2'));
    await pass(5_000);
    expect(view.container.textContent).toBe('hi-energy:1 RUNNING');
    await tell('hi-energy:1', { status: 'FAILED' });
    expect(view.container.textContent).toBe('hi-energy:1 FAILED');

    await tell('hi-energy:2', { status: 'QUEUED' });
    expect(view.container.textContent).toBe('hi-energy:2 QUEUED');
    await pass(1_000);
    expect([waybill.open, waybill.opened]).toEqual([1, 2]);
  });

  it('lets go of an export that was given up before it came', async () => {
    const view = await show(waybill, below(<Row of="hi-energy:1" />), { strict: true });
    expect(waybill.open).toBe(1);

    await view.update(null);
    await pass(31_000);

    expect(left()).toEqual([0, 0, 0]);
  });

  it('waits for as long as it takes, over one set', async () => {
    const view = await show(waybill, below(<Row of="hi-energy:1" />));

    for (let second = 0; second < 100; second += 1) await pass(1_000);
    expect(view.container.textContent).toBe('loading');
    await tell('hi-energy:1');

    expect(view.container.textContent).toBe('hi-energy:1 RUNNING');
    expect([waybill.open, waybill.opened]).toEqual([1, 1]);
  });

  it('keeps an export for its boundary while another below it is awaited', async () => {
    const rows = [<Row key="a" of="hi-energy:1" />, <Row key="b" of="hi-energy:2" />];
    const view = await show(waybill, below(rows));
    await tell('hi-energy:1');
    await pass(20_000);
    expect(view.container.textContent).toBe('loading');

    await tell('hi-energy:2');

    expect(view.container.textContent).toBe('hi-energy:1 RUNNINGhi-energy:2 RUNNING');
    expect([waybill.open, waybill.opened]).toEqual([2, 2]);
  });

  it('throws what keeps the export from being read to its error boundary, and begins anew when that is reset', async () => {
    const recovered = vi.spyOn(console, 'error').mockImplementation(() => {});
    const view = await show(waybill, <Boundary>{below(<Row of="hi-energy:1" />)}</Boundary>);
    await act(async () => waybill.fail('hi-energy:1', createError()));
    expect(view.container.textContent).toBe('EXPORT_NOT_FOUND');
    await pass(1_000);
    expect(left()).toEqual([0, 0, 0]);

    await tell('hi-energy:1');
    await act(async () => view.container.querySelector('button')?.click());

    expect(view.container.textContent).toBe('hi-energy:1 RUNNING');
    recovered.mockRestore();
  });

  it('throws the reason where the connection is closed for good', async () => {
    const recovered = vi.spyOn(console, 'error').mockImplementation(() => {});
    const view = await show(waybill, <Boundary>{below(<Row of="hi-energy:1" />)}</Boundary>);

    await act(async () => waybill.setConnection({ state: 'closed', error: createError('UNAUTHENTICATED') }));

    expect(view.container.textContent).toBe('UNAUTHENTICATED');
    recovered.mockRestore();
  });

  it('shows the last state where an export that is shown cannot be read any more', async () => {
    const view = await show(waybill, <Boundary>{below(<Row of="hi-energy:1" />)}</Boundary>);
    await tell('hi-energy:1');

    await act(async () => waybill.setConnection({ state: 'closed', error: createError('UNAUTHENTICATED') }));

    expect(view.container.textContent).toBe('hi-energy:1 RUNNING');
  });

  it('tells the end once', async () => {
    const onDone = vi.fn();
    await show(waybill, below(<Row of="hi-energy:1" onDone={onDone} />), { strict: true });
    await tell('hi-energy:1');

    await tell('hi-energy:1', { status: 'SUCCEEDED' });

    expect(onDone).toHaveBeenCalledTimes(1);
  });

  it('opens nothing while it renders', async () => {
    // Other components listen to the connection, which may change when something is opened.
    const complaints = vi.spyOn(console, 'error');
    const follow = waybill.follow;
    const eager: ManualWaybill = Object.assign(Object.create(waybill), {
      follow: (what: Parameters<typeof follow>[0]) => {
        waybill.setConnection({ state: 'connecting' });
        return follow(what);
      },
    });
    function Other() {
      return <b>{useExport(null).connection.state}</b>;
    }

    const row = below(<Row of="hi-energy:1" />);
    const view = await show(eager, [<Other key="a" />, <div key="b">{row}</div>]);

    expect(view.container.textContent).toBe('connectingloading');
    expect(complaints.mock.calls.flat().filter((line) => String(line).includes('Cannot update'))).toEqual([]);
    complaints.mockRestore();
  });
});

/** Shows the code of what is thrown below it, until its button is pressed. */
class Boundary extends Component<{ readonly children: ReactNode }, { readonly code: string | null }> {
  override state = { code: null };
  static getDerivedStateFromError = (problem: { readonly code: string }) => ({ code: problem.code });
  override render(): ReactNode {
    if (this.state.code === null) return this.props.children;
    return (
      <button type="button" onClick={() => this.setState({ code: null })}>
        {this.state.code}
      </button>
    );
  }
}
