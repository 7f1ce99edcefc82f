import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Export } from '@waybill/client';
import {
  useAccounts,
  useConnection,
  useDownload,
  useExport,
  useExports,
  useStartExport,
  useSuspenseExport,
  WaybillProvider,
} from '@waybill/react';
import { act, type ReactNode, StrictMode, Suspense } from 'react';
import { renderToPipeableStream, renderToString } from 'react-dom/server';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { installDom } from './support/dom.ts';
import { createExport, createManualWaybill, type ManualWaybill } from './support/manual-waybill.ts';

let waybill: ManualWaybill;

beforeEach(() => {
  waybill = createManualWaybill();
});

const FILE = {
  name: 'deals.csv',
  mediaType: 'text/csv',
  url: 'http://gateway/files/1',
  urlExpiresAt: new Date('2099-01-01T00:00:00.000Z'),
  availableUntil: null,
};
const ENDED = createExport({ id: 'hi-energy:1', status: 'SUCCEEDED', files: [FILE] });

function One({ initialData }: { readonly initialData?: Export }) {
  const { export: shown, status } = useExport('hi-energy:1', { initialData });
  return <p>{shown?.status ?? status}</p>;
}

function Everything({ initialData }: { readonly initialData?: Export }) {
  const list = useExports(['hi-energy:1', 'hi-energy:2'], { initialData });
  const tracked = useExports({ tracked: {} });
  const recent = useExports({ recent: {} });
  const { state, anchorProps } = useDownload(list.exports[0] ?? null);
  const { isPending } = useStartExport();
  return (
    <>
      <One initialData={initialData} />
      <ul>
        {list.exports.map(({ id, status }) => (
          <li key={id}>{status}</li>
        ))}
      </ul>
      <a {...anchorProps}>{state}</a>
      {[
        useConnection().state,
        tracked.status,
        recent.status,
        useAccounts().accounts.length,
        String(isPending),
      ].join()}
    </>
  );
}

function Suspending({ initialData }: { readonly initialData?: Export }) {
  return <p>{useSuspenseExport('hi-energy:1', { initialData }).status}</p>;
}

const page = (children: ReactNode) => (
  <StrictMode>
    <WaybillProvider client={waybill}>{children}</WaybillProvider>
  </StrictMode>
);

async function stream(
  children: ReactNode,
): Promise<{ readonly html: string; readonly errors: readonly unknown[] }> {
  const errors: unknown[] = [];
  const body = new PassThrough();
  const { pipe } = renderToPipeableStream(page(children), {
    onError: (error) => void errors.push(error),
    onAllReady: () => pipe(body),
  });
  return { html: await text(body), errors };
}

/** What a server rendered, taken over by a browser; answers with what React had to mend. */
async function hydrate(html: string, children: ReactNode, test: (root: HTMLElement) => Promise<void>) {
  const uninstall = installDom();
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  const { hydrateRoot } = await import('react-dom/client');
  const complaints = vi.spyOn(console, 'error').mockImplementation(() => {});
  const root = document.createElement('div');
  document.body.append(root);
  root.innerHTML = html;
  const mended: unknown[] = [];
  const view = await act(async () =>
    hydrateRoot(root, page(children), { onRecoverableError: (error) => void mended.push(error) }),
  );
  await test(root);
  await act(async () => view.unmount());
  // That one process is server and browser is the test's doing.
  const said = complaints.mock.calls.filter(([line]) => !String(line).includes('multiple renderers'));
  complaints.mockRestore();
  uninstall();
  return { mended, said };
}

describe('on a server', () => {
  it('runs where there is no document', () => {
    expect([typeof window, typeof document]).toEqual(['undefined', 'undefined']);
  });

  it('shows what is pending, and opens nothing', async () => {
    const whole = renderToString(page(<Everything />));

    expect(whole).toBe('<p>pending</p><ul></ul><a>waiting</a>idle,pending,pending,0,false');
    expect((await stream(<Everything />)).html).toBe(whole);
    expect([waybill.opened, waybill.listeners, waybill.asked]).toEqual([
      0,
      0,
      { recent: [], get: [], accounts: 0, fileUrl: 0 },
    ]);
  });

  it('shows initialData', async () => {
    const whole = renderToString(page(<Everything initialData={ENDED} />));

    expect(whole).toContain('<p>SUCCEEDED</p><ul><li>SUCCEEDED</li></ul>');
    expect(whole).toContain('<a href="http://gateway/files/1" download="deals.csv">ready</a>');
    expect((await stream(<Everything initialData={ENDED} />)).html).toBe(whole);
    expect(waybill.opened).toBe(0);
  });

  it('leaves a boundary that would suspend to the browser, and says so', async () => {
    const { html, errors } = await stream(
      <Suspense fallback="loading">
        <Suspending />
      </Suspense>,
    );

    expect(html).toContain('loading');
    expect(errors).toMatchObject([{ message: expect.stringContaining('initialData') }]);
    expect(waybill.opened).toBe(0);
  });
});

describe('in the browser that takes over', () => {
  it.each([undefined, ENDED])('matches what the server rendered, then goes live', async (initialData) => {
    waybill.answers.recent = () => new Promise(() => {});
    waybill.answers.accounts = () => new Promise(() => {});
    const { html } = await stream(<Everything initialData={initialData} />);
    // Known and connected before the page was taken over: what is shown first is what the server has shown all the same.
    waybill.tell('hi-energy:1', { status: 'FAILED' });
    waybill.setConnection({ state: 'live' });

    const { mended, said } = await hydrate(html, <Everything initialData={initialData} />, async (root) => {
      expect(root.querySelector('p')?.textContent).toBe('FAILED');
      await act(async () => waybill.tell('hi-energy:1', { status: 'EXPIRED' }));
      expect(root.querySelector('p')?.textContent).toBe('EXPIRED');
      expect(root.textContent).toContain('live,');
    });

    expect([mended, said]).toEqual([[], []]);
    await vi.waitFor(() => expect([waybill.open, waybill.listeners]).toEqual([0, 0]), { timeout: 5_000 });
  });

  it('takes initialData that went through JSON', async () => {
    const sent = JSON.parse(JSON.stringify(ENDED)) as Export;
    waybill.answers.recent = () => new Promise(() => {});
    waybill.answers.accounts = () => new Promise(() => {});

    const { mended, said } = await hydrate(
      renderToString(page(<Everything initialData={ENDED} />)),
      <Everything initialData={sent} />,
      async (root) => expect(root.querySelector('a')?.textContent).toBe('ready'),
    );

    expect([mended, said]).toEqual([[], []]);
  });

  it('matches a suspending component with initialData', async () => {
    const boundary = (
      <Suspense fallback="loading">
        <Suspending initialData={ENDED} />
      </Suspense>
    );
    const { html, errors } = await stream(boundary);
    expect(html).toContain('<p>SUCCEEDED</p>');

    const { mended, said } = await hydrate(html, boundary, async (root) => {
      await act(async () => waybill.tell('hi-energy:1', { status: 'EXPIRED' }));
      expect(root.textContent).toBe('EXPIRED');
    });

    expect([errors, mended, said]).toEqual([[], [], []]);
  });

  it.each(['renderToString', 'renderToPipeableStream'])(
    'fills a boundary that %s left to it',
    async (how) => {
      const boundary = (
        <Suspense fallback="loading">
          <Suspending />
        </Suspense>
      );
      const html = how === 'renderToString' ? renderToString(page(boundary)) : (await stream(boundary)).html;

      const { mended } = await hydrate(html, boundary, async (root) => {
        expect(root.textContent).toContain('loading');
        await act(async () => waybill.tell('hi-energy:1', {}));
        expect(root.textContent).toBe('RUNNING');
      });

      expect(mended).toHaveLength(1);
      expect(waybill.opened).toBe(1);
    },
  );
});
