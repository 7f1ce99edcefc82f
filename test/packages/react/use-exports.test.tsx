import './support/with-dom.ts';
import { act } from '@testing-library/react';
import type { Export, RecentExports } from '@waybill/client';
import { type ExportsQuery, type UseExportsOptions, type UseExportsResult, useExports } from '@waybill/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createError,
  createExport,
  createManualWaybill,
  type ManualWaybill,
} from './support/manual-waybill.ts';
import { pass, show } from './support/render.ts';

let waybill: ManualWaybill;
let renders: UseExportsResult[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  waybill = createManualWaybill();
  renders = [];
});

function List({ of, ...options }: { readonly of: ExportsQuery } & UseExportsOptions) {
  const result = useExports(of, options);
  renders.push(result);
  return <p>{result.exports.map(({ id, status }) => `${id} ${status}`).join(', ')}</p>;
}

const now = (): UseExportsResult => renders.at(-1) as UseExportsResult;
const tell = (locator: string, state: Partial<Export> = {}) => act(async () => waybill.tell(locator, state));
const left = () => [waybill.open, waybill.listeners, vi.getTimerCount()];

describe('useExports of locators', () => {
  it('shows them in the order asked for, as they come', async () => {
    const view = await show(waybill, <List of={['hi-energy:2', 'hi-energy:1', 'hi-energy:2']} />, {
      strict: true,
    });
    expect(now()).toMatchObject({ exports: [], status: 'pending', unavailable: [] });

    await tell('hi-energy:1');
    expect(now().status).toBe('pending');
    await tell('hi-energy:2', { status: 'SUCCEEDED' });

    expect(view.container.textContent).toBe('hi-energy:2 SUCCEEDED, hi-energy:1 RUNNING');
    expect(now().counts).toEqual({ waiting: 0, moving: 1, succeeded: 1, failed: 0, gone: 0 });
    expect(now().status).toBe('success');
    await view.update(null);
    await pass(1_000);
    expect(left()).toEqual([0, 0, 0]);
  });

  it('keeps what runs where the list grows, shrinks or turns round', async () => {
    const view = await show(waybill, <List of={['hi-energy:1', 'hi-energy:2']} />);
    await tell('hi-energy:1');
    await tell('hi-energy:2');

    await view.update(<List of={['hi-energy:3', 'hi-energy:2', 'hi-energy:1']} />);
    expect(view.container.textContent).toBe('hi-energy:2 RUNNING, hi-energy:1 RUNNING');
    await view.update(<List of={['hi-energy:1', 'hi-energy:3']} />);
    await tell('hi-energy:3');
    await pass(1_000);

    expect(view.container.textContent).toBe('hi-energy:1 RUNNING, hi-energy:3 RUNNING');
    expect([waybill.open, waybill.opened]).toEqual([2, 3]);
  });

  it('gives the same array and objects until they change', async () => {
    await tell('hi-energy:1');
    const view = await show(waybill, <List of={['hi-energy:1', 'hi-energy:2']} />);
    await tell('hi-energy:2');
    const before = now();

    await view.update(<List of={['hi-energy:1', 'hi-energy:2']} throttleMs={0} />);
    expect(now()).toBe(before);

    await act(async () => waybill.setConnection({ state: 'live' }));
    expect(now()).not.toBe(before);
    expect(now().exports).toBe(before.exports);
    expect(now().counts).toBe(before.counts);

    await tell('hi-energy:2', { status: 'FAILED' });
    expect(now().exports[0]).toBe(before.exports[0]);
    expect(now().errors).toBe(before.errors);
  });

  it('shows an export once that is named in two ways', async () => {
    const view = await show(waybill, <List of={['hi-energy:1', 'hi@hi-energy:1']} />);

    await tell('hi-energy:1', { id: 'export-1' });
    await tell('hi@hi-energy:1', { id: 'export-1' });

    expect(view.container.textContent).toBe('export-1 RUNNING');
  });

  it('keeps the error of one with it, and asks again on retry', async () => {
    const view = await show(waybill, <List of={['hi-energy:1', 'hi-energy:2']} />);
    await tell('hi-energy:2');
    await act(async () => waybill.fail('hi-energy:1', createError()));

    expect(view.container.textContent).toBe('hi-energy:2 RUNNING');
    expect([...now().errors].map(([name, { code }]) => [name, code])).toEqual([
      ['hi-energy:1', 'EXPORT_NOT_FOUND'],
    ]);
    expect(now()).toMatchObject({ status: 'success', error: null });

    await act(async () => now().retry());
    await tell('hi-energy:1');
    expect(view.container.textContent).toBe('hi-energy:1 RUNNING, hi-energy:2 RUNNING');
    expect(now().errors.size).toBe(0);
  });

  it('shows initialData until everything was answered, row by row', async () => {
    const initialData = [
      createExport({ id: 'hi-energy:1', status: 'QUEUED' }),
      createExport({ id: 'hi-energy:2', status: 'QUEUED' }),
    ];
    const view = await show(waybill, <List of={['hi-energy:1', 'hi-energy:2']} initialData={initialData} />);
    expect(view.container.textContent).toBe('hi-energy:1 QUEUED, hi-energy:2 QUEUED');

    await tell('hi-energy:2');
    expect(view.container.textContent).toBe('hi-energy:1 QUEUED, hi-energy:2 RUNNING');
    await act(async () => waybill.fail('hi-energy:1', createError()));
    expect(view.container.textContent).toBe('hi-energy:2 RUNNING');
  });

  it('follows nothing where it is empty or not enabled', async () => {
    await show(waybill, <List of={[]} />);
    expect(now().status).toBe('success');
    await show(waybill, <List of={['hi-energy:1']} enabled={false} />);
    expect(now().status).toBe('pending');

    expect(waybill.opened).toBe(0);
  });

  it('tells each change and each end once, of those too that had ended', async () => {
    const [onChange, onDone] = [vi.fn(), vi.fn()];
    const ended = await tell('hi-energy:1', { status: 'SUCCEEDED' });
    await show(waybill, <List of={['hi-energy:1', 'hi-energy:2']} onChange={onChange} onDone={onDone} />, {
      strict: true,
    });

    const running = await tell('hi-energy:2');
    const failed = await tell('hi-energy:2', { status: 'FAILED' });

    expect(onChange.mock.calls).toEqual([
      [ended, undefined],
      [running, undefined],
      [failed, running],
    ]);
    expect(onDone.mock.calls).toEqual([[ended], [failed]]);
  });

  it('renders a list once for all that changes at the same time', async () => {
    const locators = Array.from({ length: 1_000 }, (_, index) => `hi-energy:${index}`);
    const view = await show(waybill, <List of={locators} />);
    const before = renders.length;

    await act(async () => {
      for (const locator of locators) waybill.tell(locator, {});
    });

    expect(now().exports).toHaveLength(1_000);
    expect(renders.length - before).toBe(1);
    await view.update(null);
    await pass(1_000);
    expect(left()).toEqual([0, 0, 0]);
  });
});

describe('useExports of what is tracked', () => {
  it('shares one set among equal filters, whatever their order', async () => {
    const view = await show(
      waybill,
      [
        <List key="a" of={{ tracked: { vendors: ['hi-energy'], text: 'x' } }} />,
        <List key="b" of={{ tracked: { text: 'x', vendors: ['hi-energy'] } }} />,
      ],
      { strict: true },
    );
    await act(async () => waybill.tellTracked([createExport({ id: 'two' }), createExport({ id: 'one' })]));

    expect(view.container.textContent).toBe('two RUNNING, one RUNNINGtwo RUNNING, one RUNNING');
    expect(waybill.opened).toBe(1);
  });

  it('tells the end of what it has seen running, and not what had ended before', async () => {
    const onDone = vi.fn();
    const old = createExport({ id: 'old', status: 'SUCCEEDED' });
    await show(waybill, <List of={{ tracked: {} }} onDone={onDone} />, { strict: true });
    await act(async () => waybill.tellTracked([createExport({ id: 'new' }), old]));
    expect(onDone).not.toHaveBeenCalled();

    const ended = createExport({ id: 'new', status: 'FAILED' });
    await act(async () => waybill.tellTracked([ended, old]));

    expect(onDone.mock.calls).toEqual([[ended]]);
  });
});

describe('useExports of recent exports', () => {
  const pageOf = (exports: readonly Export[], endCursor: string | null = null): RecentExports => ({
    exports,
    endCursor,
    hasNextPage: endCursor !== null,
    unavailable: [],
  });

  it('loads page by page, and says which accounts are missing', async () => {
    const problem = { account: 'bi', vendor: 'power-bi', code: 'UNSUPPORTED_BY_VENDOR', message: 'No list.' };
    waybill.answers.recent = async ({ after }) =>
      after === undefined
        ? { ...pageOf([createExport({ id: 'c', status: 'FAILED' })], 'c'), unavailable: [problem] }
        : { ...pageOf([createExport({ id: 'b', status: 'FAILED' })]), unavailable: [problem] };
    const view = await show(waybill, <List of={{ recent: { vendors: ['hi-energy'] }, first: 1 }} />, {
      strict: true,
    });
    expect(view.container.textContent).toBe('c FAILED');
    expect(now()).toMatchObject({ status: 'success', unavailable: [problem] });

    await act(async () => {
      now().fetchMore?.();
      now().fetchMore?.();
    });

    expect(view.container.textContent).toBe('c FAILED, b FAILED');
    expect(now().fetchMore).toBeUndefined();
    expect(waybill.asked.recent.map(({ signal: _, ...options }) => options)).toEqual([
      { vendors: ['hi-energy'], first: 1, after: undefined },
      { vendors: ['hi-energy'], first: 1, after: 'c' },
    ]);
    await view.update(null);
    await pass(1_000);
    expect(left()).toEqual([0, 0, 0]);
  });

  it('follows those that have not ended', async () => {
    const onDone = vi.fn();
    waybill.answers.recent = async () =>
      pageOf([createExport({ id: 'b' }), createExport({ id: 'a', status: 'SUCCEEDED' })]);
    const view = await show(waybill, <List of={{ recent: {} }} onDone={onDone} />);

    const ended = await tell('b', { status: 'FAILED' });

    expect(view.container.textContent).toBe('b FAILED, a SUCCEEDED');
    expect(onDone.mock.calls).toEqual([[ended]]);
  });

  it('looks again after an interruption, and keeps the pages that were loaded', async () => {
    const all = ['d', 'c', 'b', 'a'].map((id) => createExport({ id, status: 'SUCCEEDED' }));
    waybill.answers.recent = async ({ after }) =>
      after === undefined ? pageOf(all.slice(2, 3), 'b') : pageOf(all.slice(3));
    const view = await show(waybill, <List of={{ recent: {}, first: 1 }} />);
    await act(async () => now().fetchMore?.());
    expect(view.container.textContent).toBe('b SUCCEEDED, a SUCCEEDED');

    waybill.answers.recent = async () => pageOf(all.slice(0, 3), 'b');
    await act(async () =>
      waybill.setConnection({ state: 'resuming', since: new Date(), attempt: 1, retryAt: new Date() }),
    );
    await act(async () => waybill.setConnection({ state: 'live' }));

    expect(view.container.textContent).toBe('d SUCCEEDED, c SUCCEEDED, b SUCCEEDED, a SUCCEEDED');
    expect(now().fetchMore).toBeUndefined();
  });

  it('says why the list cannot be read, keeps what it has, and asks again on retry', async () => {
    waybill.answers.recent = () => Promise.reject(createError('UNAUTHENTICATED'));
    const view = await show(waybill, <List of={{ recent: {} }} />);
    expect(now()).toMatchObject({ status: 'error', error: { code: 'UNAUTHENTICATED' }, exports: [] });

    waybill.answers.recent = async () => pageOf([createExport({ id: 'a', status: 'SUCCEEDED' })]);
    await act(async () => now().retry());
    expect(view.container.textContent).toBe('a SUCCEEDED');
    expect(now()).toMatchObject({ status: 'success', error: null });
  });

  it('is told nothing more once it is unmounted', async () => {
    let signal: AbortSignal | undefined;
    waybill.answers.recent = (options) => {
      signal = options.signal;
      return new Promise(() => {});
    };
    const view = await show(waybill, <List of={{ recent: {} }} />);
    await view.update(null);
    await pass(1_000);

    expect(signal?.aborted).toBe(true);
    expect(left()).toEqual([0, 0, 0]);
  });
});
