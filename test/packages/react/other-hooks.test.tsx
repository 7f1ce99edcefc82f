import './support/with-dom.ts';
import { act, render } from '@testing-library/react';
import type { Account, Connection, StartedExport } from '@waybill/client';
import { useAccounts, useConnection, useExport, useStartExport } from '@waybill/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { setHidden } from './support/dom.ts';
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
  return () => setHidden(false);
});

describe('WaybillProvider', () => {
  it('is asked for by a hook that stands outside of one', () => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {});
    const Lost = () => useExport('hi-energy:1').status;

    expect(() => render(<Lost />)).toThrow('put <WaybillProvider client={...}> around this component');
    complaints.mockRestore();
  });

  it('changes its client with all that is followed', async () => {
    const Row = () => useExport('hi-energy:1').export?.percent ?? 'pending';
    const other = createManualWaybill();
    waybill.tell('hi-energy:1', { percent: 1 });
    const view = await show(waybill, <Row />);
    expect(view.container.textContent).toBe('1');

    const { WaybillProvider } = await import('@waybill/react');
    await act(async () =>
      view.rerender(
        <WaybillProvider client={other}>
          <Row />
        </WaybillProvider>,
      ),
    );
    await act(async () => other.tell('hi-energy:1', { percent: 2 }));
    await pass(1_000);

    expect(view.container.textContent).toBe('2');
    expect([waybill.open, waybill.listeners, other.open]).toEqual([0, 0, 1]);
  });
});

describe('useConnection', () => {
  it('tells each state, and stops listening when it is unmounted', async () => {
    const State = () => useConnection().state;
    const view = await show(waybill, <State />, { strict: true });
    const states: readonly Connection[] = [
      { state: 'connecting' },
      { state: 'live' },
      { state: 'resuming', since: new Date(), attempt: 1, retryAt: new Date() },
      { state: 'paused' },
      { state: 'closed', error: createError('FORBIDDEN') },
    ];

    const seen = [view.container.textContent];
    for (const state of states) {
      await act(async () => waybill.setConnection(state));
      seen.push(view.container.textContent);
    }

    expect(seen).toEqual(['idle', 'connecting', 'live', 'resuming', 'paused', 'closed']);
    await view.update(null);
    expect(waybill.listeners).toBe(0);
  });
});

describe('useStartExport', () => {
  let hook: ReturnType<typeof useStartExport>;
  function Form() {
    hook = useStartExport();
    return <p>{hook.isPending ? 'pending' : (hook.error?.code ?? 'ready')}</p>;
  }
  const order = { hiEnergy: { reportType: 'deals_excel' } };

  it('starts an export, and is pending meanwhile', async () => {
    let answer = (_started: StartedExport): void => {};
    waybill.answers.start = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const view = await show(waybill, <Form />, { strict: true });
    const { start } = hook;

    const started = { ...createExport({ status: 'QUEUED' }), isExisting: false };
    let promise = Promise.resolve(started);
    await act(async () => {
      promise = hook.start(order, { label: 'Deals' });
    });
    expect(view.container.textContent).toBe('pending');
    await act(async () => answer(started));

    expect(await promise).toBe(started);
    expect(view.container.textContent).toBe('ready');
    expect(hook.start).toBe(start);
  });

  it('rejects with the error it then shows, and forgets it when another start begins', async () => {
    const view = await show(waybill, <Form />);
    waybill.answers.start = () => Promise.reject(createError('VENDOR_REJECTED'));
    await act(() => expect(hook.start(order)).rejects.toMatchObject({ code: 'VENDOR_REJECTED' }));
    expect(view.container.textContent).toBe('VENDOR_REJECTED');

    waybill.answers.start = async () => ({ ...createExport(), isExisting: true });
    await act(async () => void (await hook.start(order)));
    expect(view.container.textContent).toBe('ready');
  });

  it('makes an error of whatever is thrown', async () => {
    await show(waybill, <Form />);
    waybill.answers.start = () => Promise.reject(new TypeError('A proxy is in the way.'));

    await act(() => expect(hook.start(order)).rejects.toMatchObject({ name: 'WaybillError' }));

    expect(hook.error).toMatchObject({
      code: 'UNEXPECTED',
      message: 'TypeError: A proxy is in the way.',
      retryable: false,
    });
  });
});

describe('useAccounts', () => {
  const account = (state: string): Account => ({
    id: 'account-1',
    key: 'hi',
    vendor: 'hi-energy',
    vendorName: 'Hi Energy',
    capabilities: {
      canCancel: true,
      canList: true,
      canStart: true,
      reportsProgress: true,
      reportsTimes: true,
    },
    health: { state, lastError: null, throttledUntil: null },
  });
  function Strip() {
    const { accounts, error } = useAccounts();
    return <p>{[...accounts.map(({ health }) => health.state), error?.code].join(' ')}</p>;
  }

  it('asks once for all who look, and again every 30 seconds while the page is shown', async () => {
    waybill.answers.accounts = async () => [account('HEALTHY')];
    const view = await show(waybill, [<Strip key="a" />, <Strip key="b" />], { strict: true });
    expect([view.container.textContent, waybill.asked.accounts]).toEqual(['HEALTHY HEALTHY ', 1]);

    waybill.answers.accounts = async () => [account('THROTTLED')];
    await pass(30_000);
    expect([view.container.textContent, waybill.asked.accounts]).toEqual(['THROTTLED THROTTLED ', 2]);

    setHidden(true);
    await pass(120_000);
    expect(waybill.asked.accounts).toBe(2);

    await view.update(null);
    await pass(1_000);
    expect([waybill.listeners, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('asks when the connection is there again, and keeps the accounts of before where that fails', async () => {
    waybill.answers.accounts = async () => [account('HEALTHY')];
    const view = await show(waybill, <Strip />);

    waybill.answers.accounts = () => Promise.reject(createError('NETWORK', true));
    await act(async () => waybill.setConnection({ state: 'live' }));
    expect(view.container.textContent).toBe('HEALTHY NETWORK');

    waybill.answers.accounts = async () => [account('DEGRADED')];
    await pass(30_000);
    expect(view.container.textContent).toBe('DEGRADED ');
  });
});
