import './support/with-dom.ts';
import { act } from '@testing-library/react';
import type { Export } from '@waybill/client';
import { type FakeWaybill, fakeWaybill } from '@waybill/client/testing';
import {
  useConnection,
  useDownload,
  useExport,
  useExports,
  useStartExport,
  useSuspenseExport,
} from '@waybill/react';
import { Suspense } from 'react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { pass, show } from './support/render.ts';

const SCRIPT = {
  'hi-energy:1': ['QUEUED', 'RUNNING@40', 'SUCCEEDED'],
  'hi-energy:2': ['RUNNING@10', 'RUNNING@90', 'FAILED:The vendor gave up.'],
  'talkdesk:calls/3': ['ERROR:VENDOR_FORBIDDEN'],
};

let fake: FakeWaybill;

beforeEach(() => {
  fake = fakeWaybill(SCRIPT);
  // Its clock and that of the page are one.
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
    now: fake.now(),
  });
  return () => fake[Symbol.asyncDispose]();
});

const advance = async (ms: number): Promise<void> => {
  await act(async () => fake.advance(ms));
  await pass(ms);
};

/** Everything that the client still does after the hooks have gone. */
async function left() {
  await pass(1_000);
  await fake.advance(1_000);
  return { ...fake.running, connection: fake.connection.get().state, timersOfHooks: vi.getTimerCount() };
}
const NOTHING = { streams: 0, timers: 0, connection: 'idle', timersOfHooks: 0 };

function Row({ of, onDone }: { readonly of: string; readonly onDone?: (ended: Export) => void }) {
  const { export: shown, status, error } = useExport(of, { onDone });
  return <p>{error?.code ?? (shown === undefined ? status : `${shown.status} ${shown.percent}`)}</p>;
}

describe('the hooks over fakeWaybill', () => {
  it.each([false, true])('show an export from its start to its end (StrictMode: %s)', async (strict) => {
    const onDone = vi.fn();
    const view = await show(fake, <Row of="hi-energy:1" onDone={onDone} />, { strict });
    const seen = [view.container.textContent];
    for (let step = 0; step < 3; step += 1) {
      await advance(1_000);
      seen.push(view.container.textContent);
    }

    expect(seen).toEqual(['QUEUED null', 'RUNNING 40', 'SUCCEEDED null', 'SUCCEEDED null']);
    expect(onDone).toHaveBeenCalledTimes(1);
    await view.update(null);
    expect(await left()).toEqual(NOTHING);
  });

  it('keep the error of one export with it', async () => {
    const view = await show(fake, [
      <Row key="a" of="talkdesk:calls/3" />,
      <Row key="b" of="hi-energy:2" />,
      <Row key="c" of="hi-energy:not a number" />,
    ]);

    await advance(1_000);

    expect(view.container.textContent).toBe('VENDOR_FORBIDDENRUNNING 90BAD_USER_INPUT');
  });

  it('go over another connection without a gap, and say so meanwhile', async () => {
    const onChange = vi.fn();
    function Page() {
      const { state } = useConnection();
      const { export: shown } = useExport('hi-energy:1', { onChange });
      return <p>{`${state} ${shown?.status} ${shown?.hasGap}`}</p>;
    }
    const view = await show(fake, <Page />);
    await advance(0);
    expect(view.container.textContent).toBe('live QUEUED false');

    await act(async () => fake.disconnect());
    expect(view.container.textContent).toBe('resuming QUEUED false');
    await act(async () => fake.reconnect());
    await advance(1_000);
    await advance(1_000);

    expect(view.container.textContent).toMatch(/ SUCCEEDED false$/);
    expect(onChange.mock.calls.map(([{ status }]) => status)).toEqual(
      expect.arrayContaining(['QUEUED', 'RUNNING', 'SUCCEEDED']),
    );
  });

  it('suspend until the export is there', async () => {
    let fallbacks = 0;
    const Waiting = () => <p>{useSuspenseExport('hi-energy:2').status}</p>;
    const Fallback = () => {
      fallbacks += 1;
      return 'loading';
    };
    const view = await show(
      fake,
      <Suspense fallback={<Fallback />}>
        <Waiting />
      </Suspense>,
      { strict: true },
    );
    expect(fallbacks).toBeGreaterThan(0);
    expect(view.container.textContent).toBe('RUNNING');
    await view.update(null);
    expect(await left()).toEqual(NOTHING);
  });

  it('list what is tracked, with newcomers, and give their files', async () => {
    const onDone = vi.fn();
    let start: ReturnType<typeof useStartExport>['start'] | undefined;
    function File({ of }: { readonly of: Export }) {
      const { state, anchorProps } = useDownload(of);
      return <a {...anchorProps}>{`${of.label ?? of.id} ${state} `}</a>;
    }
    function Page() {
      const { exports, counts } = useExports({ tracked: {} }, { onDone });
      start = useStartExport().start;
      return (
        <>
          {Object.values(counts).join()}
          {exports.map((one) => (
            <File key={one.id} of={one} />
          ))}
        </>
      );
    }
    const view = await show(fake, <Page />, { strict: true });
    await advance(0);
    const before = view.container.querySelectorAll('a').length;

    await act(
      async () => void (await start?.({ hiEnergy: { reportType: 'deals_excel' } }, { label: 'Deals' })),
    );
    await advance(2_000);

    expect(view.container.querySelectorAll('a')).toHaveLength(before + 1);
    expect(view.container.textContent).toContain('Deals');
    expect(view.container.querySelector('a[href]')?.textContent).toContain('ready');
    expect(onDone.mock.calls.length).toBeGreaterThanOrEqual(2);
    await view.update(null);
    expect(await left()).toEqual(NOTHING);
  });

  it('list the newest exports, and follow those that run', async () => {
    function Page() {
      const { exports, status } = useExports({ recent: {}, first: 10 });
      return <p>{[status, ...exports.map((one) => one.status)].join(' ')}</p>;
    }
    const view = await show(fake, <Page />, { strict: true });
    await advance(0);
    expect(view.container.textContent).toContain('success');
    expect(view.container.textContent).toContain('QUEUED');

    await advance(2_000);
    expect(view.container.textContent).toContain('SUCCEEDED');
    await view.update(null);
    expect(await left()).toEqual(NOTHING);
  });

  it('follow a thousand exports over few streams', async () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `hi-energy:${index + 1}`);
    const many = fakeWaybill(Object.fromEntries(names.map((name) => [name, ['QUEUED', 'RUNNING@1']])));
    const view = await show(
      many,
      names.map((name) => <Row key={name} of={name} />),
      { strict: true },
    );
    await act(async () => many.advance(1_000));

    expect(view.container.querySelectorAll('p')).toHaveLength(1_000);
    expect(new Set([...view.container.querySelectorAll('p')].map((row) => row.textContent))).toEqual(
      new Set(['RUNNING 1']),
    );
    expect(many.running.streams).toBe(10);
    await view.update(null);
    await pass(1_000);
    await many.advance(1_000);
    expect(many.running).toEqual({ streams: 0, timers: 0 });
  });
});
