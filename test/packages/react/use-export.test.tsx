import './support/with-dom.ts';
import { act } from '@testing-library/react';
import type { Export, Locator } from '@waybill/client';
import { type UseExportResult, type UseOptions, useExport } from '@waybill/react';
import { memo, startTransition, useState } from 'react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createError,
  createExport,
  createManualWaybill,
  type ManualWaybill,
} from './support/manual-waybill.ts';
import { pass, show } from './support/render.ts';

let waybill: ManualWaybill;
/** What the hook gave at each render. */
let renders: UseExportResult[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  waybill = createManualWaybill();
  renders = [];
});

function Row({ of, ...options }: { readonly of: Locator | null } & UseOptions) {
  const result = useExport(of, options);
  renders.push(result);
  return (
    <p>{result.export === undefined ? result.status : `${result.export.status} ${result.export.percent}`}</p>
  );
}

const tell = (locator: string, state: Partial<Export>) => act(async () => waybill.tell(locator, state));

describe('useExport', () => {
  it('is pending, then shows each state as it comes', async () => {
    const view = await show(waybill, <Row of="hi-energy:1" />);
    expect(view.container.textContent).toBe('pending');

    await tell('hi-energy:1', { status: 'RUNNING', percent: 40 });
    expect(view.container.textContent).toBe('RUNNING 40');

    await tell('hi-energy:1', { status: 'SUCCEEDED', percent: 100 });
    expect(view.container.textContent).toBe('SUCCEEDED 100');
    expect(renders.at(-1)).toMatchObject({ status: 'success', error: null, connection: { state: 'idle' } });
  });

  it('gives the same object until something changes', async () => {
    await tell('hi-energy:1', { percent: 40 });
    const view = await show(waybill, <Row of="hi-energy:1" />);
    const before = renders.at(-1);

    await view.update(<Row of="hi-energy:1" throttleMs={0} />);

    expect(renders.length).toBeGreaterThan(2);
    expect(renders.at(-1)).toBe(before);
  });

  it('shares one set among equal locators, however they are written', async () => {
    const same = [
      <Row key="a" of="hi-energy:1" />,
      <Row key="b" of="hi-energy:1" />,
      <Row key="c" of={{ hiEnergy: { exportId: '1' } }} />,
    ];

    await show(waybill, same);

    expect(waybill.opened).toBe(1);
  });

  it('shares nothing between two clients', async () => {
    const other = createManualWaybill();
    await show(waybill, <Row of="hi-energy:1" />);
    await show(other, <Row of="hi-energy:1" />);

    await tell('hi-energy:1', { percent: 40 });

    expect([waybill.open, other.open]).toEqual([1, 1]);
    expect(document.body.textContent).toBe('RUNNING 40pending');
  });

  it('opens one set under StrictMode, and releases it after the last user has gone', async () => {
    const view = await show(waybill, [<Row key="a" of="hi-energy:1" />, <Row key="b" of="hi-energy:1" />], {
      strict: true,
    });
    expect([waybill.open, waybill.opened]).toEqual([1, 1]);

    await view.update([<Row key="a" of="hi-energy:1" />]);
    await pass(5_000);
    expect(waybill.open).toBe(1);

    await view.update([]);
    expect(waybill.open).toBe(1);
    await pass(1_000);
    expect([waybill.open, waybill.opened, waybill.listeners]).toEqual([0, 1, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps what it follows where a page is left and entered again at once', async () => {
    const view = await show(waybill, <Row of="hi-energy:1" />);
    await tell('hi-energy:1', { percent: 40 });

    await view.update(null);
    await pass(900);
    await view.update(<Row of="hi-energy:1" />);
    await pass(5_000);

    expect(view.container.textContent).toBe('RUNNING 40');
    expect([waybill.open, waybill.opened]).toEqual([1, 1]);
  });

  it('begins anew after it was released', async () => {
    const view = await show(waybill, <Row of="hi-energy:1" />);
    await view.update(null);
    await pass(2_000);

    await view.update(<Row of="hi-energy:1" />);

    expect([waybill.open, waybill.opened]).toEqual([1, 2]);
  });

  it('follows the locator that it is given now, and shows nothing of the one before', async () => {
    const view = await show(waybill, <Row of="hi-energy:1" />);
    await tell('hi-energy:1', { percent: 40 });

    await view.update(<Row of="hi-energy:2" />);
    expect(view.container.textContent).toBe('pending');

    await tell('hi-energy:2', { percent: 7 });
    await pass(2_000);
    expect(view.container.textContent).toBe('RUNNING 7');
    expect(waybill.open).toBe(1);
  });

  it.each([
    ['a locator of null', <Row key="a" of={null} />],
    ['enabled: false', <Row key="a" of="hi-energy:1" enabled={false} />],
  ])('follows nothing with %s', async (_name, row) => {
    const view = await show(waybill, row);

    expect(view.container.textContent).toBe('pending');
    expect(waybill.opened).toBe(0);

    await view.update(<Row key="a" of="hi-energy:1" />);
    expect(waybill.opened).toBe(1);
    await view.update(row);
    await pass(2_000);
    expect(waybill.open).toBe(0);
  });

  it('shows initialData until the gateway has answered', async () => {
    const initialData = createExport({ id: 'hi-energy:1', status: 'QUEUED', percent: 0 });

    const view = await show(waybill, <Row of="hi-energy:1" initialData={initialData} />);
    expect(view.container.textContent).toBe('QUEUED 0');
    expect(renders.at(-1)?.status).toBe('success');

    await tell('hi-energy:1', { percent: 40 });
    expect(view.container.textContent).toBe('RUNNING 40');
  });

  it('keeps the error of one export with it, and follows it again on retry', async () => {
    const view = await show(waybill, [<Row key="a" of="hi-energy:1" />, <Row key="b" of="hi-energy:2" />]);
    await tell('hi-energy:2', { percent: 40 });
    await act(async () => waybill.fail('hi-energy:1', createError()));
    expect(view.container.textContent).toBe('errorRUNNING 40');
    const failed = renders.find(({ status }) => status === 'error');
    expect(failed?.error).toMatchObject({ code: 'EXPORT_NOT_FOUND', retryable: false });

    await act(async () => failed?.retry());
    expect(view.container.textContent).toBe('pendingRUNNING 40');

    await tell('hi-energy:1', { percent: 1 });
    expect(view.container.textContent).toBe('RUNNING 1RUNNING 40');
  });

  it('says why the connection is closed for good, and keeps the last state', async () => {
    const view = await show(waybill, <Row of="hi-energy:1" />);
    await tell('hi-energy:1', { percent: 40 });

    await act(async () => waybill.setConnection({ state: 'closed', error: createError('UNAUTHENTICATED') }));

    expect(view.container.textContent).toBe('RUNNING 40');
    expect(renders.at(-1)).toMatchObject({ status: 'error', error: { code: 'UNAUTHENTICATED' } });
  });

  it('tells the connection as it changes', async () => {
    await show(waybill, <Row of="hi-energy:1" />);

    await act(async () => waybill.setConnection({ state: 'live' }));
    expect(renders.at(-1)?.connection).toEqual({ state: 'live' });

    await act(async () => waybill.setConnection({ state: 'paused' }));
    expect(renders.at(-1)?.connection).toEqual({ state: 'paused' });
  });

  it('leaves nothing behind where it is unmounted in the middle', async () => {
    const onChange = vi.fn();
    const view = await show(waybill, <Row of="hi-energy:1" onChange={onChange} throttleMs={500} />, {
      strict: true,
    });
    await tell('hi-energy:1', { percent: 1 });
    await tell('hi-energy:1', { percent: 2 });
    const rendered = renders.length;

    await view.update(null);
    await tell('hi-energy:1', { percent: 3 });
    await pass(2_000);

    expect(onChange).toHaveBeenCalledTimes(2);
    expect(renders).toHaveLength(rendered);
    expect([waybill.open, waybill.listeners, vi.getTimerCount()]).toEqual([0, 0, 0]);
  });

  it('holds a thousand hooks, and releases them all', async () => {
    const locators = Array.from({ length: 1_000 }, (_, index) => `hi-energy:${index % 500}`);
    const view = await show(
      waybill,
      // biome-ignore lint/suspicious/noArrayIndexKey: the list does not change
      locators.map((of, index) => <Row key={index} of={of} />),
      { strict: true },
    );
    expect([waybill.open, waybill.opened]).toEqual([500, 500]);

    await view.update(null);
    await pass(1_000);
    expect([waybill.open, waybill.listeners, vi.getTimerCount()]).toEqual([0, 0, 0]);
  });
});

describe('throttleMs', () => {
  it('renders at once, then at most once in its time, the last state always', async () => {
    const view = await show(waybill, <Row of="hi-energy:1" throttleMs={1_000} />);
    await tell('hi-energy:1', { percent: 1 });
    expect(view.container.textContent).toBe('RUNNING 1');
    const before = renders.length;

    for (let percent = 2; percent <= 50; percent += 1) {
      await tell('hi-energy:1', { percent });
      await pass(10);
    }
    expect(view.container.textContent).toBe('RUNNING 1');
    expect(renders).toHaveLength(before);

    await pass(510);
    expect(view.container.textContent).toBe('RUNNING 50');
    expect(renders).toHaveLength(before + 1);
  });

  it('keeps no change from the listeners', async () => {
    const onChange = vi.fn();
    const onDone = vi.fn();
    await show(waybill, <Row of="hi-energy:1" throttleMs={1_000} onChange={onChange} onDone={onDone} />);

    await tell('hi-energy:1', { percent: 1 });
    await tell('hi-energy:1', { percent: 2 });
    await tell('hi-energy:1', { status: 'SUCCEEDED' });

    expect(onChange).toHaveBeenCalledTimes(3);
    expect(onDone).toHaveBeenCalledTimes(1);
  });
});

describe('onChange and onDone', () => {
  it('tell each state with the one before, and the end once, under StrictMode too', async () => {
    const onChange = vi.fn();
    const onDone = vi.fn();
    const row = <Row of="hi-energy:1" onChange={onChange} onDone={onDone} />;
    const view = await show(waybill, row, { strict: true });

    const first = await tell('hi-energy:1', { status: 'QUEUED' });
    const second = await tell('hi-energy:1', { status: 'SUCCEEDED' });
    const third = await tell('hi-energy:1', { status: 'EXPIRED' });
    await view.update(<Row of="hi-energy:1" onChange={onChange} onDone={onDone} />);

    expect(onChange.mock.calls).toEqual([
      [first, undefined],
      [second, first],
      [third, second],
    ]);
    expect(onDone.mock.calls).toEqual([[second]]);
  });

  it('tell the end of an export that had ended when it was asked for', async () => {
    const onDone = vi.fn();
    const ended = await tell('hi-energy:1', { status: 'FAILED' });

    await show(waybill, <Row of="hi-energy:1" onDone={onDone} />, { strict: true });

    expect(onDone.mock.calls).toEqual([[ended]]);
  });

  it('do not tell what initialData has told', async () => {
    const onDone = vi.fn();
    const initialData = createExport({ id: 'hi-energy:1', status: 'SUCCEEDED' });
    await show(waybill, <Row of="hi-energy:1" onDone={onDone} initialData={initialData} />);

    await tell('hi-energy:1', { status: 'SUCCEEDED' });

    expect(onDone).not.toHaveBeenCalled();
  });

  it('are those of the latest render', async () => {
    const [early, late] = [vi.fn(), vi.fn()];
    const view = await show(waybill, <Row of="hi-energy:1" onDone={early} />);
    await view.update(<Row of="hi-energy:1" onDone={late} />);

    await tell('hi-energy:1', { status: 'SUCCEEDED' });

    expect(early).not.toHaveBeenCalled();
    expect(late).toHaveBeenCalledTimes(1);
  });

  it('tell the end of each export that the hook is led over, once', async () => {
    const onDone = vi.fn();
    const one = await tell('hi-energy:1', { status: 'SUCCEEDED' });
    const two = await tell('hi-energy:2', { status: 'FAILED' });
    const view = await show(waybill, <Row of="hi-energy:1" onDone={onDone} />);

    await view.update(<Row of="hi-energy:2" onDone={onDone} />);
    await view.update(<Row of="hi-energy:1" onDone={onDone} />);

    expect(onDone.mock.calls).toEqual([[one], [two]]);
  });

  it('do not keep others from being told where one throws', async () => {
    // Instead of vitest, which would call the test failed.
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    const reported = new Promise((resolve) => process.once('unhandledRejection', resolve));
    const onDone = vi.fn();
    const mistake = new Error('A page made a mistake.');
    const fail = () => {
      throw mistake;
    };
    const view = await show(waybill, [
      <Row key="a" of="hi-energy:1" onChange={fail} onDone={onDone} />,
      <Row key="b" of="hi-energy:1" />,
    ]);

    await tell('hi-energy:1', { status: 'SUCCEEDED' });

    expect(await reported).toBe(mistake);
    for (const other of others) process.on('unhandledRejection', other);
    expect(onDone).toHaveBeenCalledTimes(1);
    expect(view.container.textContent).toBe('SUCCEEDED nullSUCCEEDED null');
  });
});

describe('concurrent rendering', () => {
  it('never shows two states of one export at the same time', async () => {
    const commits: string[][] = [];
    const Cell = memo(function Cell({ round }: { readonly round: number }) {
      const { export: shown } = useExport('hi-energy:1');
      // A slow cell: React yields between two of them.
      for (const until = performance.now() + 2; performance.now() < until; );
      return <i data-round={round}>{shown?.percent}</i>;
    });
    let next = (): void => {};
    function Page() {
      const [round, setRound] = useState(0);
      next = () => startTransition(() => setRound((now) => now + 1));
      return Array.from({ length: 40 }, (_, index) => `cell ${index}`).map((key) => (
        <Cell key={key} round={round} />
      ));
    }
    waybill.tell('hi-energy:1', { percent: 0 });
    const view = await show(waybill, <Page />);
    vi.useRealTimers();
    const observer = new MutationObserver(() => {
      commits.push([...view.container.querySelectorAll('i')].map((cell) => cell.textContent ?? ''));
    });
    observer.observe(view.container, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });

    // Outside act, where React renders a transition in slices.
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
    for (let percent = 1; percent <= 10; percent += 1) {
      next();
      await new Promise((resolve) => setTimeout(resolve, 15));
      waybill.tell('hi-energy:1', { percent });
    }
    await vi.waitFor(() => expect(view.container.querySelector('i')?.dataset.round).toBe('10'));
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
    observer.disconnect();

    expect(commits.length).toBeGreaterThan(1);
    for (const cells of commits) expect(new Set(cells).size).toBe(1);
    expect(view.container.querySelector('i')?.textContent).toBe('10');
  });
});
