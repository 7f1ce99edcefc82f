import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { MemoryBackplane } from '../../src/backplane/memory.ts';
import { observeBackplane } from '../../src/backplane/observed.ts';
import type { BackplaneListener } from '../../src/export/backplane.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { startTestGateway } from '../support/gateway.ts';

const ACCESS = { mode: 'keys', keys: [{ name: 'ops', key: 'key-of-ops', tenant: 'acme' }] };
const toAccount = (key: string, tenant: string) => ({
  key,
  tenant,
  vendor: 'hi-energy',
  credential: { type: 'api-key', apiKey: 'key-1' },
});
const ACCOUNTS = [toAccount('acme-hi', 'acme'), toAccount('other-hi', 'other')];

const DEAF: BackplaneListener = {
  onEntry() {},
  onWanted() {},
  onUnwanted() {},
  onNudged() {},
  onReset() {},
  onReachable() {},
};

async function read(url: string) {
  const response = await fetch(`${url}/ready`);
  return [response.status, await response.json()];
}

/** A port that is free now. */
async function findPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('/ready', () => {
  it('names each part; where callers need a key it counts accounts, and names none', async () => {
    await using gateway = await startTestGateway({ accounts: ACCOUNTS, config: { access: ACCESS } });

    expect(await read(gateway.url)).toEqual([
      200,
      {
        status: 'ready',
        parts: { gateway: 'ready', backplane: 'ready', store: 'ready', accounts: { HEALTHY: 2 } },
      },
    ]);
  });

  it('on the port for metrics names each account, and beside it are the metrics', async () => {
    const metricsPort = await findPort();
    await using gateway = await startTestGateway({
      accounts: ACCOUNTS,
      config: { access: ACCESS, server: { metricsPort } },
    });
    const own = `http://127.0.0.1:${metricsPort}`;

    expect(await read(own)).toEqual([
      200,
      {
        status: 'ready',
        parts: {
          gateway: 'ready',
          backplane: 'ready',
          store: 'ready',
          'account acme-hi': 'HEALTHY',
          'account other-hi': 'HEALTHY',
        },
      },
    ]);
    expect(await (await fetch(`${own}/metrics`)).text()).toContain('waybill_watches 0');
    expect((await fetch(`${gateway.url}/metrics`)).status).toBe(404);
  });

  it('says that the backplane cannot be reached, until it can be again', async () => {
    const inner = new MemoryBackplane({ clock: systemClock });
    let tell: (isReachable: boolean) => void = () => undefined;
    const connect = inner.connect.bind(inner);
    inner.connect = (listener) => {
      tell = (isReachable) => listener.onReachable(isReachable);
      return connect(listener);
    };
    const { backplane, state } = observeBackplane(inner);
    const told: boolean[] = [];
    await backplane.connect({ ...DEAF, onReachable: (isReachable) => void told.push(isReachable) });
    const states = [state()];

    tell(false);
    states.push(state());
    await backplane.load(['topic'], null);
    states.push(state());
    tell(true);
    states.push(state());

    expect(states).toEqual(['ready', 'unreachable', 'unreachable', 'ready']);
    expect(told).toEqual([false, true]);
  });
});
