import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type LiveGateway, startLiveGateway, toHiAccount } from '../graphql/subscriptions/live-gateway.ts';
import { Peer } from '../graphql/subscriptions/peer.ts';
import { openSseStream, TRANSPORTS, toStory } from '../graphql/subscriptions/transports.ts';
import { readTestConfig } from '../support/gateway.ts';
import { startIssuer } from '../support/issuer.ts';

const hi = (exportId: number): object => ({ hiEnergy: { exportId: String(exportId) } });
const READ = '{ accounts { key } export(locator: { hiEnergy: { exportId: "1" } }) { status } }';
const READ_DATA = { accounts: [{ key: 'hi' }], export: { status: 'RUNNING' } };

const ANNA = { name: 'anna', key: 'key-of-anna-0', tenant: 'default' };
const BERT = { name: 'bert', key: 'key-of-bert-0', tenant: 'default' };
const bearer = ({ key }: { readonly key: string }) => ({ authorization: `Bearer ${key}` });

const toAccess = (...keys: readonly object[]): object => ({ mode: 'keys', keys });

/** A gateway that Anna and Bert may ask. */
async function start(access: object = toAccess(ANNA, BERT)): Promise<LiveGateway> {
  const gateway = await startLiveGateway({ config: { access } });
  gateway.say(1, { status: 'processing', parts: 10 });
  return gateway;
}

function reload(gateway: LiveGateway, access: object, changes: object = {}): void {
  gateway.gateway.reload(
    readTestConfig({ accounts: [toHiAccount(gateway.vendor.url, changes)], config: { access } }),
  );
}

async function ask(gateway: LiveGateway, headers: Record<string, string>) {
  const { status, data, errors } = await gateway.query(READ, {}, { headers });
  return status === 200 ? data : [status, errors[0]?.extensions?.code];
}

describe('a key that is added', () => {
  it('works from then on, over HTTP and on new sockets', async () => {
    await using gateway = await start(toAccess(ANNA));
    expect(await ask(gateway, bearer(BERT))).toEqual([401, 'UNAUTHENTICATED']);

    reload(gateway, toAccess(ANNA, BERT));

    expect(await ask(gateway, bearer(BERT))).toEqual(READ_DATA);
    await using peer = await Peer.connect(gateway.url, { init: bearer(BERT) });
    expect(await peer.ask('1', READ)).toMatchObject({ payload: { data: READ_DATA } });
  });
});

describe('a caller that is removed', () => {
  it('is refused from then on, over HTTP and on new sockets, without any vendor call', async () => {
    await using gateway = await start();

    reload(gateway, toAccess(BERT));

    expect(await ask(gateway, bearer(ANNA))).toEqual([401, 'UNAUTHENTICATED']);
    await using peer = await Peer.connect(gateway.url, { init: null });
    peer.send({ type: 'connection_init', payload: bearer(ANNA) });
    expect((await peer.closed).code).toBe(4403);
    expect(gateway.vendor.requests).toHaveLength(0);
  });

  it.each(TRANSPORTS)(
    'has its streams over %s ended after the events before, others live on',
    async (_name, open) => {
      await using gateway = await start();
      const variables = { locators: [hi(1)] };
      await using ofAnna = await open(gateway.url, { variables, headers: bearer(ANNA) });
      await using ofBert = await open(gateway.url, { variables, headers: bearer(BERT) });
      await Promise.all([ofAnna, ofBert].map((stream) => stream.until((events) => events.length === 1)));

      reload(gateway, toAccess(BERT));
      const end = await ofAnna.ended;
      gateway.say(1, { status: 'completed', parts: 100 });
      await ofBert.ended;

      expect(end.errors[0]?.extensions).toMatchObject({
        code: 'UNAUTHENTICATED',
        cursor: ofAnna.events.at(-1)?.cursor,
      });
      expect(toStory(ofAnna.events)).toEqual(['Snapshot 1 RUNNING 10']);
      expect(toStory(ofBert.events)).toEqual(['Snapshot 1 RUNNING 10', 'StatusChanged 1 SUCCEEDED 100']);
    },
  );

  it('has its socket closed with 4403 after each stream was told, and can begin nothing on it', async () => {
    await using gateway = await start();
    const query =
      'subscription ($locators: [ExportLocator!]!) { exportEvents(locators: $locators) { cursor } }';
    await using peer = await Peer.connect(gateway.url, { init: bearer(ANNA) });
    for (const id of ['1', '2']) {
      const begun = peer.next((message) => message.id === id && message.type === 'next');
      peer.send({ type: 'subscribe', id, payload: { query, variables: { locators: [hi(1)] } } });
      await begun;
    }

    reload(gateway, toAccess(BERT));
    const late = peer.next(({ id }) => id === '3');
    peer.send({ type: 'subscribe', id: '3', payload: { query: READ } });

    expect(await late).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect((await peer.closed).code).toBe(4403);
    const errors = peer.messages.filter(({ type }) => type === 'error').map(({ id }) => id);
    expect(errors.toSorted()).toEqual(['1', '2', '3']);
  });

  it('is refused where its request was let in before, but its body came after', async () => {
    await using gateway = await start();
    const { hostname, port } = new URL(gateway.url);
    const body = JSON.stringify({ query: READ });
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const head = [
      'POST /graphql HTTP/1.1',
      `host: ${hostname}:${port}`,
      'content-type: application/json',
      `authorization: ${bearer(ANNA).authorization}`,
      `content-length: ${Buffer.byteLength(body)}`,
      'expect: 100-continue',
      'connection: close',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    // Sent when the gateway begins to deal with the request.
    await once(socket, 'data');

    reload(gateway, toAccess(BERT));
    socket.write(body);
    const answer = (await socket.toArray()).join('');

    expect(answer).toMatch(/^HTTP\/1.1 401 /m);
    expect(answer).toContain('"code":"UNAUTHENTICATED"');
    expect(gateway.vendor.requests).toHaveLength(0);
  });
});

describe('a caller with another key', () => {
  it('keeps its living streams; the old key is refused, the new one works', async () => {
    await using gateway = await start();
    const renewed = { ...ANNA, key: 'key-of-anna-1' };
    const streams = await Promise.all(
      TRANSPORTS.map(([, open]) =>
        open(gateway.url, { variables: { locators: [hi(1)] }, headers: bearer(ANNA) }),
      ),
    );
    for (const stream of streams) await stream.until((events) => events.length === 1);

    reload(gateway, toAccess(renewed, BERT));

    expect(await ask(gateway, bearer(ANNA))).toEqual([401, 'UNAUTHENTICATED']);
    expect(await ask(gateway, bearer(renewed))).toEqual(READ_DATA);
    gateway.say(1, { status: 'completed', parts: 100 });
    for (const stream of streams) {
      expect((await stream.ended).type).toBe('complete');
      expect(toStory(stream.events)).toEqual(['Snapshot 1 RUNNING 10', 'StatusChanged 1 SUCCEEDED 100']);
    }
  });

  it('and another tenant is another caller: its streams end', async () => {
    await using gateway = await start();
    await using stream = await openSseStream(gateway.url, {
      variables: { locators: [hi(1)] },
      headers: bearer(ANNA),
    });
    await stream.until((events) => events.length === 1);

    reload(gateway, toAccess({ ...ANNA, tenant: 'acme' }, BERT));

    expect((await stream.ended).errors[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    const { data } = await gateway.query('{ accounts { key } }', {}, { headers: bearer(ANNA) });
    expect(data).toEqual({ accounts: [] });
  });
});

describe('accounts and callers', () => {
  it('change together: no request sees some of the old and some of the new', async () => {
    await using gateway = await start(toAccess(ANNA));
    const moved = toAccess({ ...ANNA, tenant: 'acme' });
    const seen = new Set<string>();

    for (let round = 0; round < 20; round += 1) {
      const answers = Array.from({ length: 10 }, () =>
        gateway.query('{ accounts { key } }', {}, { headers: bearer(ANNA) }),
      );
      // Somewhere among them: at each turn of the event loop another request is at another point of its way.
      for (let turn = 0; turn < round; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      if (round % 2 === 0) reload(gateway, moved, { tenant: 'acme' });
      else reload(gateway, toAccess(ANNA));
      for (const { data, errors } of await Promise.all(answers)) {
        const keys = data?.accounts.map(({ key }: { key: string }) => key).join();
        seen.add(keys ?? String(errors[0]?.extensions?.code));
      }
    }

    // Let in as one of a tenant and shown the accounts of the other would be half of both: there would be none.
    expect(seen).toContain('hi');
    expect(['hi', 'UNAUTHENTICATED']).toEqual(expect.arrayContaining([...seen]));
  });

  it('an account that moved to another tenant is gone for the old one at once, streams and all', async () => {
    const globex = { name: 'globex-ui', key: 'key-of-globex-0', tenant: 'globex' };
    await using gateway = await start(toAccess(ANNA, globex));
    const streams = await Promise.all(
      TRANSPORTS.map(([, open]) =>
        open(gateway.url, { variables: { locators: [hi(1)] }, headers: bearer(ANNA) }),
      ),
    );
    for (const stream of streams) await stream.until((events) => events.length === 1);

    reload(gateway, toAccess(ANNA, globex), { tenant: 'globex' });

    expect(await ask(gateway, bearer(globex))).toEqual(READ_DATA);
    for (const stream of streams) {
      await stream.ended;
      expect(toStory(stream.events).at(-1)).toBe('WatchFailed 1 RUNNING 10 EXPORT_NOT_FOUND');
    }
    const { data } = await gateway.query('{ accounts { key } }', {}, { headers: bearer(ANNA) });
    expect(data).toEqual({ accounts: [] });
  });
});

describe('the way in which tokens are checked', () => {
  const open = async (gateway: LiveGateway, headers: Record<string, string>) => {
    const variables = { locators: [hi(1)] };
    const streams = await Promise.all(
      TRANSPORTS.map(([, openStream]) => openStream(gateway.url, { variables, headers })),
    );
    for (const stream of streams) await stream.until((events) => events.length === 1);
    return streams;
  };

  it('is another from then on, and ends what stands on tokens of before', async () => {
    await using issuer = await startIssuer();
    await using gateway = await start(issuer.access);
    const expiresAt = gateway.clock.now() + 86_400_000;
    const [old, next] = [
      { key: await issuer.sign({ tenant: 'default', expiresAt }) },
      { key: await issuer.sign({ tenant: 'default', expiresAt, audience: 'waybill-2' }) },
    ];
    const streams = await open(gateway, bearer(old));

    const { jwt } = issuer.access as { jwt: object };
    reload(gateway, { mode: 'jwt', jwt: { ...jwt, audience: 'waybill-2' } });

    for (const stream of streams)
      expect((await stream.ended).errors[0]?.extensions).toMatchObject({
        code: 'UNAUTHENTICATED',
        retryable: false,
      });
    expect(await ask(gateway, bearer(old))).toEqual([401, 'UNAUTHENTICATED']);
    expect(await ask(gateway, bearer(next))).toEqual(READ_DATA);
  });

  it('stays, with the keys it has fetched, where something else changes', async () => {
    await using issuer = await startIssuer();
    await using gateway = await start(issuer.access);
    const expiresAt = gateway.clock.now() + 86_400_000;
    const token = { key: await issuer.sign({ tenant: 'default', expiresAt }) };
    const streams = await open(gateway, bearer(token));
    const fetched = issuer.server.requests.length;

    reload(gateway, issuer.access, { credential: { type: 'api-key', apiKey: 'key-2' } });

    expect(await ask(gateway, bearer(token))).toEqual(READ_DATA);
    gateway.say(1, { status: 'completed', parts: 100 });
    for (const stream of streams) expect((await stream.ended).type).toBe('complete');
    expect(issuer.server.requests).toHaveLength(fetched);
  });
});
