import { createWaybill } from '@waybill/client';
import { describe, expect, it, vi } from 'vitest';
import { startSimulatedGateway } from '../../support/simulated-gateway.ts';
import { installDom } from '../react/support/dom.ts';
import { compilePage, readPage, runPage } from '../react/support/page.ts';
import { countSockets, until } from './support.ts';

const PAGE = await readPage('packages/client/README.md');

describe('the page in the README of @waybill/client', () => {
  it('has at most 25 lines, and is right to the compiler', async () => {
    expect(PAGE.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
    expect(await compilePage(PAGE)).toBe('');
  });

  it('is a download centre of a running gateway, over one socket', async () => {
    await using gateway = await startSimulatedGateway({ speed: 5 });
    const sockets = countSockets();
    const uninstall = installDom();
    const address = Object.assign(new URL(gateway.url), { assign: vi.fn<(url: URL) => void>() });
    vi.stubGlobal('location', address);
    vi.stubGlobal('WebSocket', sockets.webSocket);
    const text = () => document.body.textContent ?? '';

    const { pageClient } = await runPage(PAGE);
    await until(() => text() === 'Exports (live)', 'the connection');
    await using other = createWaybill({ url: gateway.url });
    await other.start(
      { hiEnergy: { account: 'hi', reportType: 'deals_excel' } },
      { label: 'Deals of today' },
    );
    await until(() => document.querySelector('progress') !== null, 'progress');
    await until(() => document.querySelector('button') !== null, 'its file');
    document.querySelector('button')?.click();
    await until(() => address.assign.mock.calls.length === 1, 'the download');

    expect(text()).toBe('Exports (live)Deals of today: succeeded Download');
    const answer = await fetch(address.assign.mock.calls[0]?.[0] as URL);
    expect(answer.status).toBe(200);
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(0);
    expect(sockets.opened).toBe(1);

    await pageClient[Symbol.asyncDispose]();
    await until(() => sockets.alive === 0, 'the socket to close');
    vi.unstubAllGlobals();
    uninstall();
  });
});
