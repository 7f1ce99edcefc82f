import type { ExportEvent, WaybillOptions } from '@waybill/client';
import { describe, expect, it } from 'vitest';
import { startLiveGateway, toHiAccount } from '../../graphql/subscriptions/live-gateway.ts';
import { startIssuer } from '../../support/issuer.ts';
import { collect, connect, countSockets, recordStates, until } from './support.ts';

/** Half a minute of the gateway's clock is a second and a half. */
const SPEED = 20;
const MINUTE_MS = 60_000;

type Why = 'connect' | 'expiring' | 'refused';

/** A gateway that asks for tokens of an issuer. */
async function openStage() {
  const issuer = await startIssuer({ clockSkewMs: 0 });
  const gateway = await startLiveGateway({
    speed: SPEED,
    config: { access: issuer.access as object },
    accounts: (url) => [
      toHiAccount(url, { key: 'acme-hi', tenant: 'acme', polling: { minMs: 1_000, maxMs: 1_000 } }),
    ],
  });
  return {
    gateway,
    sign: (leftMs: number, tenant = 'acme') =>
      issuer.sign({ tenant, expiresAt: gateway.clock.now() + leftMs }),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await issuer[Symbol.asyncDispose]();
    },
  };
}

const statusesOf = (events: readonly ExportEvent[]) => events.map(({ export: now }) => now?.status);

describe('a token', () => {
  it.each<{ transport: 'ws' | 'sse'; sockets: number }>([
    { transport: 'ws', sockets: 1 },
    { transport: 'sse', sockets: 0 },
  ])('is renewed before it ends, and the stream goes on, over $transport', async ({ transport, sockets }) => {
    await using stage = await openStage();
    const { gateway, sign } = stage;
    gateway.say(1, { status: 'pending' });
    const reasons: Why[] = [];
    const count = countSockets();
    await using client = connect(gateway.url, {
      transport,
      webSocket: count.webSocket,
      token(why) {
        reasons.push(why);
        return sign(reasons.length < 3 ? 90_000 : 100 * MINUTE_MS);
      },
    });
    const states = recordStates(client);
    const { list, end } = collect(client.watch('hi-energy:1'));
    await until(() => reasons.length === 3, 'two renewals');
    await until(() => client.connection.get().state === 'live');

    gateway.say(1, { status: 'processing' });
    await until(() => list.length === 2, 'a change');
    gateway.say(1, { status: 'completed' });
    await end;

    expect(reasons).toEqual(['connect', 'expiring', 'expiring']);
    expect(statusesOf(list)).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED']);
    expect(list.at(-1)?.export?.hasGap).toBe(false);
    expect(count.opened).toBe(sockets);
    expect(states).toEqual(['idle', 'connecting', 'live', 'idle']);
  });

  it('that another caller has is refused on the socket, and asked for once more', async () => {
    await using stage = await openStage();
    const { gateway, sign } = stage;
    gateway.say(1, { status: 'pending' });
    const reasons: Why[] = [];
    const count = countSockets();
    await using client = connect(gateway.url, {
      webSocket: count.webSocket,
      token(why) {
        reasons.push(why);
        if (why === 'connect') return sign(90_000);
        return sign(100 * MINUTE_MS, why === 'expiring' ? 'another' : 'acme');
      },
    });
    const { list } = collect(client.watch('hi-energy:1'));
    await until(() => reasons.includes('refused'), 'the refusal');

    await new Promise((resolve) => setTimeout(resolve, 90_000 / SPEED));

    expect(reasons).toEqual(['connect', 'expiring', 'refused']);
    expect(statusesOf(list)).toEqual(['QUEUED']);
    expect(client.connection.get()).toEqual({ state: 'live' });
    expect(count.opened).toBe(1);
  });

  it('that nobody renews ends the stream, and the next one goes on behind it', async () => {
    await using stage = await openStage();
    const { gateway, sign } = stage;
    gateway.say(1, { status: 'pending' });
    const reasons: Why[] = [];
    await using client = connect(gateway.url, {
      token(why) {
        reasons.push(why);
        if (why === 'expiring') throw new Error('The issuer is away.');
        return sign(why === 'connect' ? 30_000 : 100 * MINUTE_MS);
      },
    });
    const { list, end } = collect(client.watch('hi-energy:1'));
    await until(() => reasons.includes('refused'), 'the end of the first token');
    await until(() => client.connection.get().state === 'live');

    gateway.say(1, { status: 'completed' });
    await end;

    expect(reasons).toEqual(['connect', 'expiring', 'refused']);
    expect(statusesOf(list)).toEqual(['QUEUED', 'SUCCEEDED']);
  });

  const REFUSED: readonly { name: string; options: Partial<WaybillOptions>; asked: readonly Why[] }[] = [
    { name: 'a function twice', options: {}, asked: ['connect', 'refused'] },
    { name: 'a text once', options: { token: 'nonsense' }, asked: [] },
  ];

  it.each(['ws', 'sse', 'poll'] as const)(
    'that is refused for good closes the connection, over %s',
    async (transport) => {
      await using stage = await openStage();
      for (const { options, asked } of REFUSED) {
        const reasons: Why[] = [];
        const token = (why: Why): string => {
          reasons.push(why);
          return 'nonsense';
        };
        await using client = connect(stage.gateway.url, { token, transport, ...options });
        const set = client.follow(['hi-energy:1']);
        await until(() => client.connection.get().state === 'closed', 'the end');
        const connection = client.connection.get();

        await expect(client.done('hi-energy:1')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
        expect(connection).toMatchObject({ error: { code: 'UNAUTHENTICATED', retryable: false } });
        expect(set.getState().errors.get('hi-energy:1')).toMatchObject({ code: 'UNAUTHENTICATED' });
        // Polling asks as questions do, which try another token by themselves.
        expect(reasons.filter((why) => why === 'connect')).toEqual(asked.filter((why) => why === 'connect'));
        expect(reasons.includes('refused')).toBe(asked.includes('refused'));
      }
    },
  );

  it('is good again after a retry', async () => {
    await using stage = await openStage();
    stage.gateway.say(1, { status: 'processing' });
    let token = 'nonsense';
    await using client = connect(stage.gateway.url, { token: () => token });
    const set = client.follow(['hi-energy:1']);
    await until(() => client.connection.get().state === 'closed', 'the end');

    token = await stage.sign(100 * MINUTE_MS);
    set.retry();
    await until(() => set.getSnapshot().length === 1, 'the export');

    expect(set.getState()).toMatchObject({ errors: new Map(), isPending: false });
    expect(client.connection.get()).toEqual({ state: 'live' });
  });

  it('is asked for again by a question that was refused, once', async () => {
    await using stage = await openStage();
    stage.gateway.say(1, { status: 'processing' });
    const reasons: Why[] = [];
    await using client = connect(stage.gateway.url, {
      token(why) {
        reasons.push(why);
        return why === 'connect' ? 'nonsense' : stage.sign(MINUTE_MS);
      },
    });
    await using hopeless = connect(stage.gateway.url, { token: () => 'nonsense' });

    const shown = await client.get('hi-energy:1');

    expect(shown.status).toBe('RUNNING');
    expect(reasons).toEqual(['connect', 'refused']);
    await expect(hopeless.get('hi-energy:1')).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      retryable: false,
    });
  });

  it('is accompanied by those for vendors, on sockets and with questions', async () => {
    await using gateway = await startLiveGateway({
      accounts: (url) => [toHiAccount(url, { key: 'own', credential: { type: 'caller' } })],
    });
    gateway.say(1, { status: 'processing' });
    await using client = connect(gateway.url, { vendorTokens: () => ({ own: 'token-of-ann' }) });

    const set = client.follow(['own@hi-energy:1']);
    await until(() => set.getSnapshot().length === 1, 'the export');
    const asked = await client.get('own@hi-energy:1');

    expect(asked.account).toBe('own');
    const used = gateway.vendor.requests.map(({ headers }) => headers.authorization ?? headers['x-api-key']);
    expect(new Set(used)).toEqual(new Set(['Bearer token-of-ann']));
  });
});
