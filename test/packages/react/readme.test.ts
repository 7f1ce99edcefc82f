import { createWaybill } from '@waybill/client';
import { describe, expect, it, vi } from 'vitest';
import { startSimulatedGateway } from '../../support/simulated-gateway.ts';
import { countSockets, until } from '../client/support.ts';
import { installDom } from './support/dom.ts';
import { compilePage, readPage, runPage } from './support/page.ts';

const PAGE = await readPage('packages/react/README.md');

describe('the page in the README of @waybill/react', () => {
  it('has at most 25 lines, none of them long', () => {
    const lines = PAGE.trimEnd().split('\n');

    expect(lines.length).toBeLessThanOrEqual(25);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
  });

  it('is the one that the README of the whole shows', async () => {
    expect(await readPage('README.md')).toBe(PAGE);
  });

  it('is right to the compiler', async () => {
    expect(await compilePage(PAGE)).toBe('');
  });

  it('is a download centre of a running gateway: live, with progress, files and the connection', async () => {
    await using gateway = await startSimulatedGateway({ speed: 5 });
    const sockets = countSockets();
    const uninstall = installDom();
    vi.stubGlobal('location', new URL(gateway.url));
    vi.stubGlobal('WebSocket', sockets.webSocket);
    document.body.innerHTML = '<div id="root"></div>';
    const root = document.getElementById('root');
    const text = () => root?.textContent ?? '';
    const seen = { progress: 0, moving: 0 };
    const observer = new MutationObserver(() => {
      seen.progress = Math.max(seen.progress, root?.querySelectorAll('progress').length ?? 0);
      seen.moving = Math.max(seen.moving, Number(/^Exports: (\d+) moving/.exec(text())?.[1]));
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });

    const { pageRoot } = await runPage(PAGE);
    await until(() => text() === 'Exports: 0 moving (live)', 'the connection');
    // Somebody else starts two exports, and the page knows of them.
    await using other = createWaybill({ url: gateway.url });
    await other.start(
      { hiEnergy: { account: 'hi', reportType: 'deals_excel' } },
      { label: 'Deals of today' },
    );
    await other.start(
      {
        talkdesk: {
          account: 'desk',
          reportType: 'calls',
          from: '2026-11-01T00:00:00Z',
          to: '2026-11-08T00:00:00Z',
        },
      },
      { label: 'Calls of a week' },
    );
    await until(() => text().includes('Calls of a week') && text().includes('Deals of today'), 'both rows');
    await until(() => root?.querySelectorAll('a[href]').length === 2, 'both files');

    expect(seen.progress).toBeGreaterThan(0);
    expect(seen.moving).toBe(seen.progress);
    expect(text()).toMatch(/^Exports: 0 moving \(live\)/);
    expect(text()).toContain('Calls of a week: succeeded Download');
    expect(text()).toContain('Deals of today: succeeded Download');
    for (const link of root?.querySelectorAll('a') ?? []) {
      const answer = await fetch(link.href);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(0);
    }
    expect(sockets.opened).toBe(1);

    observer.disconnect();
    pageRoot?.unmount();
    await until(() => sockets.alive === 0, 'the socket to close');
    vi.unstubAllGlobals();
    uninstall();
  });
});
