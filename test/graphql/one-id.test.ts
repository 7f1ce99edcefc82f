import { describe, expect, it } from 'vitest';
import { createScaledClock } from '../../simulator/scaled-clock.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { FakeHandler } from '../support/fake-vendor.ts';
import { openSseStream, toStory } from './subscriptions/transports.ts';
import { type FakedGateway, startFakedGateway, toAccount, toLocator } from './support.ts';

const IDENTITY = '37442';
const LIST = `/api/v1/user_identities/${IDENTITY}/export_files`;
const toRunIds = (run: number) => ({ exportId: '86466', exportFileId: String(run) });
const bare = (run: number) => toLocator('web-admit', toRunIds(run));
const full = (run: number) => toLocator('web-admit', { userIdentityId: IDENTITY, ...toRunIds(run) });
const encode = (identity: string | null, run: number) =>
  Buffer.from(JSON.stringify(['export', 'web-admit', 'admit', identity, '86466', String(run)])).toString(
    'base64url',
  );

/** Runs 1 and 2 of one identity, which say the same singly and in the list. */
function createRuns() {
  const status = new Map([
    [1, 'In Progress'],
    [2, 'Queued'],
  ]);
  const toRun = (id: number) => ({
    id,
    href: `/api/v1/exports/86466/export_files/${id}`,
    export_id: 86466,
    status: status.get(id),
  });
  const handler: FakeHandler = ({ url }) => {
    if (url === '/api/v1/user_identities') return { body: { user_identities: [{ id: Number(IDENTITY) }] } };
    if (url === LIST) return { body: { export_files: [toRun(1), toRun(2)] } };
    return { body: { export_files: toRun(Number(url.split('/').at(-1))) } };
  };
  return { status, handler };
}

async function startWithRuns(speed = 1) {
  const runs = createRuns();
  const gateway = await startFakedGateway({
    vendors: { 'web-admit': runs.handler },
    tools: { clock: createScaledClock(systemClock, speed) },
    accounts: (urls) => [toAccount('web-admit', urls['web-admit'], { polling: { minMs: 100, maxMs: 100 } })],
  });
  return { ...gateway, runs };
}

const RUN = 'id status ... on WebAdmitExport { userIdentityId }';

async function ask(gateway: FakedGateway, query: string, variables?: object) {
  const { data, errors } = await gateway.query(query, variables);
  expect(errors).toEqual([]);
  return data;
}

describe('a WebAdMIT run has one id', () => {
  it('in a query that names it with and without its identity, and is read once', async () => {
    await using gateway = await startWithRuns();

    const { one, other, both } = await ask(
      gateway,
      `query ($bare: ExportLocator!, $full: ExportLocator!) {
        one: export(locator: $bare) { id }
        other: export(locator: $full) { id }
        both: exports(locators: [$bare, $full]) { id }
      }`,
      { bare: bare(1), full: full(1) },
    );

    const id = encode(null, 1);
    expect([one, other, ...both]).toEqual([{ id }, { id }, { id }, { id }]);
    expect(gateway.paths('web-admit')).toEqual(['/api/v1/exports/86466/export_files/1']);
  });

  it('which is found by the id of today and by those that earlier releases gave', async () => {
    await using gateway = await startWithRuns();

    const { nodes, node, located } = await ask(
      gateway,
      `query ($ids: [ID!]!, $old: ID!) {
        nodes(ids: $ids) { id ... on WebAdmitExport { exportFileId } }
        node(id: $old) { id }
        located: export(locator: { id: $old }) { id }
      }`,
      { ids: [encode(null, 1), encode(IDENTITY, 1), encode('999', 1)], old: encode(IDENTITY, 1) },
    );

    const id = encode(null, 1);
    expect(nodes).toEqual([
      { id, exportFileId: '1' },
      { id, exportFileId: '1' },
      { id, exportFileId: '1' },
    ]);
    expect([node, located]).toEqual([{ id }, { id }]);
    expect(gateway.paths('web-admit')).toHaveLength(1);
  });

  it('by which earlier ids read runs together, since they say their identity', async () => {
    await using gateway = await startWithRuns();

    const { nodes } = await ask(
      gateway,
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on WebAdmitExport { ${RUN} } } }`,
      {
        ids: [encode(IDENTITY, 1), encode(IDENTITY, 2)],
      },
    );

    expect(nodes).toEqual([
      { id: encode(null, 1), status: 'RUNNING', userIdentityId: IDENTITY },
      { id: encode(null, 2), status: 'QUEUED', userIdentityId: IDENTITY },
    ]);
    expect(gateway.paths('web-admit')).toEqual([LIST]);
  });

  it('in a subscription, whose watch is one and tells of it once', async () => {
    await using gateway = await startWithRuns(20);
    await using stream = await openSseStream(gateway.url, {
      variables: { locators: [bare(1), full(1), { id: encode(IDENTITY, 1) }] },
    });

    await stream.until((events) => events.length === 1);
    gateway.runs.status.set(1, 'Available');
    await stream.ended;

    expect(toStory(stream.events)).toEqual(['Snapshot 1 RUNNING', 'StatusChanged 1 SUCCEEDED']);
    expect(new Set(stream.events.map(({ exportId }) => exportId))).toEqual(new Set([encode(null, 1)]));
  });

  it('and one watch for subscribers who name it in different ways, which reads by list once any has told the identity', async () => {
    await using gateway = await startWithRuns(20);
    const open = (locators: readonly object[]) => openSseStream(gateway.url, { variables: { locators } });
    await using first = await open([bare(1), bare(2)]);
    await first.until((events) => events.length === 2);
    expect(gateway.paths('web-admit')).not.toContain(LIST);

    await using second = await open([full(1), full(2)]);
    await second.until((events) => events.length === 2);
    while (!gateway.paths('web-admit').includes(LIST)) await new Promise((resolve) => setImmediate(resolve));
    gateway.runs.status.set(1, 'Available');
    gateway.runs.status.set(2, 'Failed');
    await Promise.all([first.ended, second.ended]);

    const changes = (events: typeof first.events) =>
      toStory(events)
        .filter((line) => line.startsWith('StatusChanged'))
        .sort();
    expect(changes(first.events)).toEqual(['StatusChanged 1 SUCCEEDED', 'StatusChanged 2 FAILED']);
    expect(changes(second.events)).toEqual(changes(first.events));
  });

  it('in the recent exports, where it stands once although it is watched without its identity and listed with it', async () => {
    await using gateway = await startWithRuns();
    await using stream = await openSseStream(gateway.url, { variables: { locators: [bare(1)] } });
    await stream.until((events) => events.length === 1);

    const { recentExports } = await ask(gateway, `{ recentExports(first: 10) { nodes { ${RUN} } } }`);

    expect(recentExports.nodes).toEqual([
      { id: encode(null, 2), status: 'QUEUED', userIdentityId: IDENTITY },
      { id: encode(null, 1), status: 'RUNNING', userIdentityId: IDENTITY },
    ]);
  });

  it('with its identity shown once a list has told it, whoever asks', async () => {
    await using gateway = await startWithRuns();
    const query = `query ($locator: ExportLocator!) { export(locator: $locator) { ${RUN} } }`;

    const before = await ask(gateway, query, { locator: bare(1) });
    await ask(gateway, '{ recentExports(first: 10) { nodes { id } } }');
    const after = await ask(gateway, query, { locator: bare(1) });

    expect([before, after].map(({ export: shown }) => shown.userIdentityId)).toEqual([null, IDENTITY]);
    expect(before.export.id).toBe(after.export.id);
  });
});
