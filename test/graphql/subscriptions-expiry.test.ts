import { describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../support/issuer.ts';
import { hi, type LiveGateway, startLiveGateway, toHiAccount } from './subscriptions/live-gateway.ts';
import { type Message, Peer } from './subscriptions/peer.ts';
import { type SeenEvent, TRANSPORTS, WATCH } from './subscriptions/transports.ts';

/** A minute of the gateway's clock is a second. */
const SPEED = 60;
/** Where a test must answer in time: half a minute of the gateway's clock is two seconds. */
const PATIENT_SPEED = 15;
const MINUTE_MS = 60_000;

interface Stage extends AsyncDisposable {
  readonly issuer: Issuer;
  readonly gateway: LiveGateway;
  /** A bearer header with a token that is good for so long by the gateway's clock. */
  bearer(leftMs: number, who?: { subject?: string; tenant?: string }): Promise<{ authorization: string }>;
}

async function openStage(speed = SPEED): Promise<Stage> {
  const issuer = await startIssuer({ clockSkewMs: 0 });
  const gateway = await startLiveGateway({
    speed,
    config: { access: issuer.access as object },
    accounts: (url) => [
      toHiAccount(url, { key: 'acme-hi', tenant: 'acme', polling: { minMs: 1_000, maxMs: 1_000 } }),
    ],
  });
  return {
    issuer,
    gateway,
    async bearer(leftMs, who = {}) {
      // Tokens count in whole seconds.
      const token = await issuer.sign({ ...who, expiresAt: gateway.clock.now() + leftMs });
      return { authorization: `Bearer ${token}` };
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await issuer[Symbol.asyncDispose]();
    },
  };
}

const isWarning = ({ __typename }: SeenEvent) => __typename === 'SubscriptionTokenExpiring';
const isStatus = (status: string) => (events: readonly SeenEvent[]) =>
  events.some((event) => event.export?.status === status);

/** Renews on the socket and gives the gateway's word about it. */
async function renew(peer: Peer, payload: object): Promise<unknown> {
  const answer = peer.next(({ type }) => type === 'pong');
  peer.send({ type: 'ping', payload });
  return (await answer).payload;
}

function follow(peer: Peer, id: string, after?: string): SeenEvent[] {
  const seen: SeenEvent[] = [];
  peer.onMessage((message) => {
    if (message.id !== id || message.type !== 'next') return;
    seen.push((message.payload as { data: { exportEvents: SeenEvent } }).data.exportEvents);
  });
  peer.send({ type: 'subscribe', id, payload: { query: WATCH, variables: { locators: [hi(1)], after } } });
  return seen;
}

const isErrorOf = (id: string) => (message: Message) => message.id === id && message.type === 'error';

describe.each(TRANSPORTS)('a token that expires while its stream lives, over %s', (_name, open) => {
  it('is told of first, then ends the stream with SUBSCRIPTION_TOKEN_EXPIRED and a cursor that goes on', async () => {
    await using stage = await openStage();
    const { gateway } = stage;
    gateway.say(1, { status: 'processing', parts: 10 });
    const request = { variables: { locators: [hi(1)] }, headers: await stage.bearer(90_000) };
    await using stream = await open(gateway.url, request);

    const end = await stream.ended;
    const last = stream.events.at(-1) as SeenEvent;

    expect(stream.events.map(({ __typename }) => __typename)).toEqual([
      'ExportSnapshot',
      'SubscriptionTokenExpiring',
    ]);
    expect(last.export?.status).toBe('RUNNING');
    expect(end.errors[0]?.extensions).toMatchObject({
      code: 'SUBSCRIPTION_TOKEN_EXPIRED',
      retryable: true,
      cursor: last.cursor,
    });

    gateway.say(1, { status: 'completed', parts: 100 });
    const variables = { locators: [hi(1)], after: last.cursor };
    await using resumed = await open(gateway.url, { variables, headers: await stage.bearer(10 * MINUTE_MS) });
    await resumed.until(isStatus('SUCCEEDED'));
    expect(resumed.events[0]).toMatchObject({ __typename: expect.not.stringContaining('Expiring') });
    expect(resumed.events.filter((event) => event.isReplayGap)).toEqual([]);
  });

  it('is told to a stream that begins in its last minute right after the first states', async () => {
    await using stage = await openStage();
    const { gateway } = stage;
    gateway.say(1, { status: 'processing', parts: 10 });
    gateway.say(2, { status: 'processing', parts: 20 });
    const request = { variables: { locators: [hi(1), hi(2)] }, headers: await stage.bearer(30_000) };
    await using stream = await open(gateway.url, request);

    await stream.until((events) => events.some(isWarning));

    expect(stream.events.filter(isWarning)).toHaveLength(1);
    expect(stream.events.at(0)?.__typename).toBe('ExportSnapshot');
  });

  it('ends no stream whose exports end before', async () => {
    await using stage = await openStage();
    const { gateway } = stage;
    gateway.say(1, { status: 'completed', parts: 100 });
    const request = { variables: { locators: [hi(1)] }, headers: await stage.bearer(30_000) };
    await using stream = await open(gateway.url, request);

    expect(await stream.ended).toEqual({ type: 'complete', errors: [] });
  });
});

describe('a token renewed on the same websocket', () => {
  it('keeps its streams over many expiries, and no event is lost, repeated or late', async () => {
    await using stage = await openStage(PATIENT_SPEED);
    const { gateway } = stage;
    gateway.say(1, { status: 'processing', parts: 0 });
    await using peer = await Peer.connect(gateway.url, { init: await stage.bearer(40_000) });
    const seen = follow(peer, 'one');

    for (let parts = 1; parts <= 3; parts += 1) {
      await peer.next(({ type, payload }) => type === 'ping' && payload !== undefined);
      gateway.say(1, { status: 'processing', parts });
      const shown = peer.next(({ type }) => type === 'next');
      expect(await renew(peer, await stage.bearer(40_000))).toEqual({
        access: 'renewed',
        expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
      });
      if (seen.at(-1)?.export?.progress?.percent !== parts) await shown;
    }
    const completed = peer.next(({ id, type }) => id === 'one' && type === 'complete');
    gateway.say(1, { status: 'completed', parts: 100 });
    await completed;

    const told = seen.filter((event) => !isWarning(event));
    expect(told.map(({ export: shown }) => shown?.progress?.percent)).toEqual([0, 1, 2, 3, 100]);
    expect(seen.filter(isWarning).length).toBeGreaterThanOrEqual(3);
    expect(peer.messages.filter(({ type }) => type === 'error')).toEqual([]);
  });

  it.each([
    ["another subject's", (stage: Stage) => stage.bearer(10 * MINUTE_MS, { subject: 'bert' })],
    ["another tenant's", (stage: Stage) => stage.bearer(10 * MINUTE_MS, { tenant: 'globex' })],
    ['an expired', (stage: Stage) => stage.bearer(-5_000)],
    ['a made-up', async () => ({ authorization: 'Bearer aaa.bbb.ccc' })],
    ['no', async () => ({ authorization: 7 })],
  ])('is refused where it is %s token, and changes nothing', async (_title, bring) => {
    await using stage = await openStage();
    stage.gateway.say(1, { status: 'processing', parts: 0 });
    await using peer = await Peer.connect(stage.gateway.url, { init: await stage.bearer(60_000) });
    const ended = peer.next(isErrorOf('one'));
    follow(peer, 'one');

    expect(await renew(peer, await bring(stage))).toEqual({ access: 'refused', message: expect.any(String) });

    expect((await ended).payload).toMatchObject([{ extensions: { code: 'SUBSCRIPTION_TOKEN_EXPIRED' } }]);
  });

  it('still serves the socket soon after the expiry; until then new operations are refused', async () => {
    await using stage = await openStage(PATIENT_SPEED);
    stage.gateway.say(1, { status: 'processing', parts: 0 });
    await using peer = await Peer.connect(stage.gateway.url, { init: await stage.bearer(30_000) });
    const ended = peer.next(isErrorOf('one'));
    const seen = follow(peer, 'one');
    const [{ extensions }] = (await ended).payload as [{ extensions: { cursor: string } }];

    const refused = await peer.ask('two', '{ accounts { key } }');
    const renewed = await renew(peer, await stage.bearer(10 * MINUTE_MS));
    const answered = await peer.ask('three', '{ accounts { key } }');
    const again = follow(peer, 'four', extensions.cursor);
    stage.gateway.say(1, { status: 'completed', parts: 100 });
    await peer.next(({ id, type }) => id === 'four' && type === 'complete');

    expect(refused.payload).toMatchObject([{ extensions: { code: 'SUBSCRIPTION_TOKEN_EXPIRED' } }]);
    expect(renewed).toMatchObject({ access: 'renewed' });
    expect(answered.payload).toEqual({ data: { accounts: [{ key: 'acme-hi' }] } });
    expect(
      [...seen, ...again].filter((event) => !isWarning(event)).map(({ export: shown }) => shown?.status),
    ).toEqual(['RUNNING', 'SUCCEEDED']);
  });

  it('closes the socket with 4403 where it never comes', async () => {
    await using stage = await openStage();
    await using peer = await Peer.connect(stage.gateway.url, { init: await stage.bearer(20_000) });

    expect((await peer.closed).code).toBe(4403);
  });

  it('is asked for by a ping that says when the token expires', async () => {
    await using stage = await openStage();
    await using peer = new Peer(stage.gateway.url);
    await peer.opened;
    const warned = peer.next(({ type, payload }) => type === 'ping' && payload !== undefined);
    peer.send({ type: 'connection_init', payload: await stage.bearer(20_000) });

    expect((await warned).payload).toEqual({ access: 'expiring', expiresAt: expect.stringMatching(/Z$/) });
  });

  it('is refused before connection_init, and a ping without one is only repeated', async () => {
    await using stage = await openStage();
    await using peer = await Peer.connect(stage.gateway.url, { init: null });

    expect(await renew(peer, await stage.bearer(MINUTE_MS))).toMatchObject({ access: 'refused' });
    expect(await renew(peer, { hello: 'there' })).toEqual({ hello: 'there' });
  });
});
