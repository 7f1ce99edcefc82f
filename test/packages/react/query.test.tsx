import './support/with-dom.ts';
import {
  type DehydratedState,
  dehydrate,
  HydrationBoundary,
  QueryClient,
  QueryClientProvider,
  useQuery,
} from '@tanstack/react-query';
import { act, cleanup, render } from '@testing-library/react';
import type { Export } from '@waybill/client';
import { exportOptions } from '@waybill/react/query';
import { type ComponentType, Fragment, type PropsWithChildren, type ReactNode, StrictMode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createError,
  createExport,
  createManualWaybill,
  type ManualWaybill,
} from './support/manual-waybill.ts';
import { pass } from './support/render.ts';

let waybill: ManualWaybill;
let cache: QueryClient;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  waybill = createManualWaybill();
  cache = new QueryClient();
});

afterEach(() => {
  cleanup();
  cache.clear();
  vi.useRealTimers();
});

function Row({ of = 'hi-energy:1' }: { readonly of?: string }) {
  const { data, error, status } = useQuery(exportOptions(waybill, of));
  return <p>{error?.code ?? (data === undefined ? status : `${data.status} ${data.asOf.getTime() > 0}`)}</p>;
}

async function show(children: ReactNode, Mode: ComponentType<PropsWithChildren> = Fragment) {
  const wrap = (inner: ReactNode) => (
    <Mode>
      <QueryClientProvider client={cache}>{inner}</QueryClientProvider>
    </Mode>
  );
  const view = render(wrap(children));
  await pass(1);
  return {
    container: view.container,
    update: async (next: ReactNode) => {
      view.rerender(wrap(next));
      await pass(1);
    },
  };
}

const tell = async (state: Partial<Export>) => {
  waybill.tell('hi-energy:1', state);
  await pass(1);
};

describe('exportOptions', () => {
  it('reads an export once, then follows it for all who observe it', async () => {
    waybill.answers.get = async () => createExport();
    const view = await show([<Row key="a" />, <Row key="b" />]);
    expect(view.container.textContent).toBe('RUNNING trueRUNNING true');

    await tell({ status: 'CANCELING' });
    expect(view.container.textContent).toBe('CANCELING trueCANCELING true');
    await view.update([<Row key="a" />, <Row key="b" />, <Row key="c" />]);

    expect([waybill.open, waybill.asked.get.length]).toEqual([1, 1]);
  });

  it('follows it once under StrictMode, and lets go after', async () => {
    waybill.answers.get = async () => createExport();
    const view = await show([<Row key="a" />, <Row key="b" />], StrictMode as typeof Fragment);
    await tell({ status: 'CANCELING' });
    expect(view.container.textContent).toBe('CANCELING trueCANCELING true');
    expect([waybill.open, waybill.opened]).toEqual([1, 1]);

    await view.update(null);
    expect(waybill.open).toBe(0);
  });

  it('lets go when the export has ended, and asks no more', async () => {
    waybill.answers.get = async () => createExport();
    const view = await show(<Row />);

    await tell({ status: 'SUCCEEDED' });
    await view.update(null);
    await view.update(<Row />);

    expect(view.container.textContent).toBe('SUCCEEDED true');
    expect([waybill.open, waybill.asked.get.length]).toEqual([0, 1]);
  });

  it('lets go when nothing observes it any more, and reads it anew when something does', async () => {
    waybill.answers.get = async () => createExport();
    const view = await show(<Row />);
    await view.update(null);
    expect(waybill.open).toBe(0);

    waybill.answers.get = async () => createExport({ status: 'CANCELING' });
    await view.update(<Row />);

    expect(view.container.textContent).toBe('CANCELING true');
    expect([waybill.open, waybill.asked.get.length]).toEqual([1, 2]);
  });

  it('only reads where nothing observes, as on a server, and goes on from there in the browser', async () => {
    waybill.answers.get = async () => createExport();
    const server = new QueryClient();
    await server.prefetchQuery(exportOptions(waybill, 'hi-energy:1'));
    expect([waybill.open, waybill.asked.get.length]).toEqual([0, 1]);
    const state = JSON.parse(JSON.stringify(dehydrate(server))) as DehydratedState;
    server.clear();

    let answer = (_found: Export): void => {};
    waybill.answers.get = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const view = await show(
      <HydrationBoundary state={state}>
        <Row />
      </HydrationBoundary>,
    );
    expect(view.container.textContent).toBe('RUNNING true');
    answer(createExport({ status: 'CANCELING' }));
    await pass(1);

    expect(view.container.textContent).toBe('CANCELING true');
    expect(waybill.open).toBe(1);
  });

  it('asks again only for what the gateway calls worth it, when it says', async () => {
    waybill.answers.get = () => Promise.reject(createError());
    const view = await show(<Row />);
    expect(view.container.textContent).toBe('EXPORT_NOT_FOUND');
    expect(waybill.asked.get).toHaveLength(1);

    waybill.answers.get = () =>
      Promise.reject(Object.assign(createError('VENDOR_RATE_LIMITED', true), { retryAfterMs: 7_000 }));
    await view.update(<Row of="hi-energy:2" />);
    expect(waybill.asked.get).toHaveLength(2);
    await pass(6_990);
    expect(waybill.asked.get).toHaveLength(2);
    waybill.answers.get = async () => createExport({ status: 'FAILED' });
    await pass(10);
    expect(view.container.textContent).toBe('FAILED true');
  });

  it('shows why an export cannot be followed any more', async () => {
    waybill.answers.get = async () => createExport();
    const view = await show(<Row />);

    waybill.answers.get = () => Promise.reject(createError('VENDOR_FORBIDDEN'));
    await act(async () => waybill.fail('hi-energy:1', createError('VENDOR_FORBIDDEN')));
    await pass(10);

    expect(view.container.textContent).toBe('VENDOR_FORBIDDEN');
    expect(waybill.open).toBe(0);
  });

  it('keeps equal locators under one key', () => {
    const { queryKey } = exportOptions(waybill, { hiEnergy: { exportId: '1' } });

    expect(queryKey).toEqual(['waybill', 'export', 'hi-energy:1']);
    expect(queryKey).toEqual(exportOptions(waybill, 'hi-energy:1').queryKey);
  });
});
