import { request as sendRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { Peer } from '../graphql/subscriptions/peer.ts';
import { toLocator } from '../graphql/support.ts';
import { EXECUTORS } from './conformance-support.ts';
import { type MutationGateway, startMutationGateway } from './mutation-gateway.ts';

const TWO_STARTS = /* GraphQL */ `
  mutation ($b: String!) {
    one: startExport(input: { order: { hiEnergy: { reportType: "one_csv" } } }) { isExisting }
    two: startExport(input: { order: { hiEnergy: { reportType: $b } } }) { isExisting }
  }
`;
const START = /* GraphQL */ `
  mutation ($input: StartExportInput!) { startExport(input: $input) { export { id } } }
`;
const ORDER = { input: { order: { hiEnergy: { reportType: 'left_csv' } }, label: 'Left alone' } };
const LABELS = '{ recentExports(filter: { isTracked: true }) { nodes { tracking { label } } } }';

let gateway: MutationGateway | undefined;
let release = () => {};

afterEach(async () => {
  release();
  await gateway?.[Symbol.asyncDispose]();
  gateway = undefined;
});

/** A gateway at whose vendor orders wait for `release`. */
async function setUp(executor: (typeof EXECUTORS)[number]): Promise<MutationGateway> {
  gateway = await startMutationGateway(executor);
  gateway.hold = new Promise<void>((resolve) => {
    release = resolve;
  });
  return gateway;
}

describe.each(EXECUTORS)('mutations of one document where operations are %s', (executor) => {
  it('run one after the other: the second order leaves when the first is answered', async () => {
    const { query, orders } = await setUp(executor);

    const answered = query(TWO_STARTS, { b: 'two_csv' });
    await expect.poll(orders).toEqual(['one_csv']);
    // As many turns as a second order would need, and more.
    await query('{ accounts { key } }');
    const whileHeld = [...orders()];
    release();
    const { data, errors } = await answered;

    expect(whileHeld).toEqual(['one_csv']);
    expect(orders()).toEqual(['one_csv', 'two_csv']);
    expect({ data, errors }).toEqual({
      data: { one: { isExisting: false }, two: { isExisting: false } },
      errors: [],
    });
  });

  it('do so as often as they are run, over one websocket as over HTTP', async () => {
    const { query, orders, url } = await setUp(executor);
    release();
    await using peer = await Peer.connect(url);

    for (let turn = 0; turn < 20; turn += 1) {
      if (turn % 2 === 0) await query(TWO_STARTS, { b: 'two_csv' });
      else await peer.ask(String(turn), TWO_STARTS, { b: 'two_csv' });
    }

    expect(orders()).toEqual(Array.from({ length: 20 }, () => ['one_csv', 'two_csv']).flat());
  });

  it('end with the first that fails: what comes after it is not begun', async () => {
    const { query, orders } = await setUp(executor);
    release();
    const document = `mutation ($locator: ExportLocator!) {
      a: startExport(input: { order: { hiEnergy: { reportType: "one_csv" } } }) { isExisting }
      b: startExport(input: { order: { hiEnergy: { reportType: "refused_csv" } } }) { isExisting }
      c: trackExport(locator: $locator, label: "Never") { tracking { label } }
      d: startExport(input: { order: { hiEnergy: { reportType: "two_csv" } } }) { isExisting }
    }`;

    const { data, errors } = await query(document, { locator: toLocator('hi-energy', 9) });
    const { data: tracked } = await query(LABELS);

    expect(data).toBeNull();
    expect(errors.map(({ extensions }) => extensions?.code)).toEqual(['VENDOR_REJECTED']);
    expect(orders()).toEqual(['one_csv', 'refused_csv']);
    expect(JSON.stringify(tracked)).not.toContain('Never');
  });
});

describe.each(EXECUTORS)(
  'a mutation where operations are %s, and whose caller leaves in the middle',
  (executor) => {
    const leavings: Readonly<Record<string, (to: MutationGateway) => Promise<void>>> = {
      async 'over HTTP'({ url, orders }) {
        const outgoing = sendRequest(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
        });
        outgoing.on('error', () => undefined);
        outgoing.end(JSON.stringify({ query: START, variables: ORDER }));
        await expect.poll(() => orders().length).toBe(1);
        outgoing.destroy();
        await new Promise((resolve) => outgoing.on('close', resolve));
      },
      async 'over server-sent events'({ url, orders }) {
        const outgoing = sendRequest(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        });
        outgoing.on('error', () => undefined);
        outgoing.end(JSON.stringify({ query: START, variables: ORDER }));
        await expect.poll(() => orders().length).toBe(1);
        outgoing.destroy();
        await new Promise((resolve) => outgoing.on('close', resolve));
      },
      async 'with "complete" over a websocket'({ url, orders }) {
        const peer = await Peer.connect(url);
        peer.send({ type: 'subscribe', id: '1', payload: { query: START, variables: ORDER } });
        await expect.poll(() => orders().length).toBe(1);
        peer.send({ type: 'complete', id: '1' });
        await peer[Symbol.asyncDispose]();
      },
      async 'with its websocket'({ url, orders }) {
        const peer = await Peer.connect(url);
        peer.send({ type: 'subscribe', id: '1', payload: { query: START, variables: ORDER } });
        await expect.poll(() => orders().length).toBe(1);
        await peer[Symbol.asyncDispose]();
      },
    };

    it.each(Object.keys(leavings))('is carried out once all the same: %s', async (name) => {
      const live = await setUp(executor);

      await leavings[name]?.(live);
      // What has left is known to have left by the time that another has come and gone.
      await live.query('{ accounts { key } }');
      release();

      await expect
        .poll(async () => (await live.query(LABELS)).data.recentExports.nodes)
        .toEqual([{ tracking: { label: 'Left alone' } }]);
      expect(live.orders()).toEqual(['left_csv']);
    });

    it('is carried out once too where it is asked again under its key', async () => {
      const live = await setUp(executor);
      const { input } = ORDER;
      const variables = { input: { ...input, idempotencyKey: 'asked twice' } };
      const leaving = new AbortController();
      const left = live.query(START, variables, { signal: leaving.signal }).catch(() => 'left');
      await expect.poll(() => live.orders().length).toBe(1);
      leaving.abort();
      const again = live.query(START, variables);
      release();

      expect(await left).toBe('left');
      expect((await again).errors).toEqual([]);
      expect(live.orders()).toEqual(['left_csv']);
    });
  },
);
