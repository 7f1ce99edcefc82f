import './support/with-dom.ts';
import { waitFor } from '@testing-library/react';
import type { Export } from '@waybill/client';
import {
  useAccounts,
  useConnection,
  useDownload,
  useExport,
  useExports,
  useStartExport,
} from '@waybill/react';
import { describe, expect, it, vi } from 'vitest';
import { startLiveGateway } from '../../graphql/subscriptions/live-gateway.ts';
import { startProxy } from '../../support/cuttable-proxy.ts';
import { startSimulatedGateway } from '../../support/simulated-gateway.ts';
import { connect, countSockets, recordStates, until } from '../client/support.ts';
import { setHidden } from './support/dom.ts';
import { show } from './support/render.ts';

// What happens here happens when the gateway says so, and not within a test's act().
Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });

const IN_TIME = { timeout: 20_000 };

function Row({ of, onDone }: { readonly of: string; readonly onDone?: (ended: Export) => void }) {
  const { export: shown, status, error } = useExport(of, { onDone });
  const { anchorProps } = useDownload(shown ?? null);
  return <a {...anchorProps}>{error?.code ?? shown?.status ?? status}</a>;
}

describe('the hooks over a gateway', () => {
  it('follow a thousand exports on one page over one socket, and let go of it', async () => {
    // In the real time: where it runs twenty times as fast, a greeting that a busy machine sends after 150 ms comes too late for the gateway.
    await using gateway = await startLiveGateway({ speed: 1 });
    for (let id = 1; id <= 500; id += 1) gateway.say(id, { status: 'processing', parts: 1 });
    const sockets = countSockets();
    await using client = connect(gateway.url, sockets);
    const rows = Array.from({ length: 1_000 }, (_, index) => index);
    const onDone = vi.fn();
    const view = await show(
      client,
      rows.map((row) => <Row key={row} of={`hi-energy:${(row % 500) + 1}`} onDone={onDone} />),
      { strict: true },
    );
    const textsOf = () => new Set([...view.container.querySelectorAll('a')].map((row) => row.textContent));
    await waitFor(() => expect(textsOf()).toEqual(new Set(['RUNNING'])), IN_TIME);

    for (let id = 1; id <= 500; id += 1) gateway.say(id, { status: 'completed' });
    await waitFor(() => expect(textsOf()).toEqual(new Set(['SUCCEEDED'])), IN_TIME);

    expect(onDone).toHaveBeenCalledTimes(1_000);
    expect(sockets.opened).toBe(1);
    await view.update(null);
    await until(() => sockets.alive === 0, 'the socket to close');
    expect(client.connection.get()).toEqual({ state: 'idle' });
  });

  it('go on over a cut connection: told once, and nothing lost', async () => {
    await using gateway = await startLiveGateway();
    const proxy = await startProxy(Number(new URL(gateway.url).port));
    gateway.say(1, { status: 'pending' });
    await using client = connect(`http://127.0.0.1:${proxy.port}`);
    const states = recordStates(client);
    const onDone = vi.fn();
    const State = () => <b>{useConnection().state}</b>;
    const view = await show(client, [<State key="a" />, <Row key="b" of="hi-energy:1" onDone={onDone} />], {
      strict: true,
    });
    await waitFor(() => expect(view.container.textContent).toBe('liveQUEUED'), IN_TIME);

    proxy.cut();
    await waitFor(() => expect(view.container.textContent).toBe('resumingQUEUED'), IN_TIME);
    gateway.say(1, { status: 'completed' });
    proxy.heal();
    await waitFor(() => expect(view.container.textContent).toMatch(/SUCCEEDED$/), IN_TIME);

    expect(onDone).toHaveBeenCalledTimes(1);
    expect(states.slice(0, 5)).toEqual(['idle', 'connecting', 'live', 'resuming', 'live']);
    await view.update(null);
    await until(() => client.connection.get().state === 'idle', 'the client to rest');
    await proxy.close();
  });

  it('let go of the socket in a hidden tab, and catch up when it is shown', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'pending' });
    const sockets = countSockets();
    await using client = connect(gateway.url, { ...sockets, pauseWhenHidden: { afterMs: 0 } });
    const onChange = vi.fn();
    function Page() {
      const { export: shown, connection } = useExport('hi-energy:1', { onChange });
      return <p>{`${connection.state} ${shown?.status}`}</p>;
    }
    const view = await show(client, <Page />, { strict: true });
    await waitFor(() => expect(view.container.textContent).toBe('live QUEUED'), IN_TIME);

    setHidden(true);
    await waitFor(() => expect(view.container.textContent).toBe('paused QUEUED'), IN_TIME);
    await until(() => sockets.alive === 0, 'the socket to close');
    gateway.say(1, { status: 'processing', parts: 1 });
    setHidden(false);
    await waitFor(() => expect(view.container.textContent).toBe('live RUNNING'), IN_TIME);

    expect(onChange.mock.calls.at(-1)?.[0]).toMatchObject({ status: 'RUNNING' });
    await view.update(null);
    await until(() => sockets.alive === 0, 'the socket to close');
  });

  it('keep what no gateway can read with its row', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing', parts: 1 });
    await using client = connect(gateway.url);
    const view = await show(client, [
      <Row key="a" of="hi-energy:1" />,
      <Row key="b" of="other@hi-energy:1" />,
      <Row key="c" of="other@hi-energy:2" />,
      <Row key="d" of="nonsense" />,
    ]);

    await waitFor(
      () => expect(view.container.textContent).toBe('RUNNINGEXPORT_NOT_FOUNDEXPORT_NOT_FOUNDBAD_USER_INPUT'),
      IN_TIME,
    );
    await view.update(null);
  });

  it('start an export, list it, and give a link that downloads its file', async () => {
    await using gateway = await startSimulatedGateway({ speed: 200 });
    await using client = connect(gateway.url);
    let hook: ReturnType<typeof useStartExport> | undefined;
    function Page() {
      hook = useStartExport();
      const { accounts } = useAccounts();
      const { exports, counts } = useExports({ tracked: {} });
      const recent = useExports({ recent: { vendors: ['hi-energy'] }, first: 5 });
      return (
        <>
          <b>{`${accounts.length} accounts, ${counts.succeeded} ended, ${recent.exports.length} recent`}</b>
          {exports.map(({ id }) => (
            <Row key={id} of={id} />
          ))}
        </>
      );
    }
    const view = await show(client, <Page />, { strict: true });
    const started = await hook?.start(
      { hiEnergy: { account: 'hi', reportType: 'deals_excel' } },
      { label: 'Deals' },
    );
    expect(started).toMatchObject({ label: 'Deals', vendor: 'hi-energy' });

    await waitFor(
      () => expect(view.container.querySelector('a[href]')?.textContent).toBe('SUCCEEDED'),
      IN_TIME,
    );
    expect(view.container.querySelector('b')?.textContent).toBe('4 accounts, 1 ended, 5 recent');
    const answer = await fetch(view.container.querySelector('a')?.href ?? '');
    expect(answer.status).toBe(200);
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(0);

    await expect(
      hook?.start({ hiEnergy: { account: 'none', reportType: 'deals_excel' } }),
    ).rejects.toMatchObject({
      name: 'WaybillError',
    });
    await waitFor(
      () => expect(hook).toMatchObject({ isPending: false, error: { retryable: false } }),
      IN_TIME,
    );
    await view.update(null);
    await until(() => client.connection.get().state === 'idle', 'the client to rest');
  });
});
