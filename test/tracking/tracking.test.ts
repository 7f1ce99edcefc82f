import { afterEach, describe, expect, it } from 'vitest';
import {
  type LiveGateway,
  type LiveGatewayOptions,
  startLiveGateway,
} from '../graphql/subscriptions/live-gateway.ts';
import { type Subscribed, subscribe } from './subscribe.ts';

const FIELDS = /* GraphQL */ `
  fragment Told on ExportEvent {
    __typename
    cursor
    exportId
    export { id status name rawStatus tracking { label } }
    ... on ExportSnapshot { isReplayGap }
    ... on ExportStatusChanged { from to }
  }
`;

const LIST = /* GraphQL */ `
  ${FIELDS}
  subscription List($filter: ExportFilter, $first: Int = 50, $after: String) {
    trackedExportEvents(filter: $filter, first: $first, after: $after) { ...Told }
  }
`;

const TRACK = /* GraphQL */ `
  mutation Track($locator: ExportLocator!, $label: String) {
    trackExport(locator: $locator, label: $label) {
      export { id status }
      tracking { label startedHere trackedBy keptUntil }
    }
  }
`;

const UNTRACK = /* GraphQL */ `
  mutation Untrack($locator: ExportLocator!) { untrackExport(locator: $locator) { exportId wasTracked } }
`;

const hi = (exportId: string) => ({ hiEnergy: { exportId } });

let gateway: LiveGateway | undefined;
let streams: Subscribed[] = [];

afterEach(async () => {
  for (const stream of streams) stream.stop();
  streams = [];
  await gateway?.[Symbol.asyncDispose]();
  gateway = undefined;
});

async function setUp(options: LiveGatewayOptions = {}) {
  gateway = await startLiveGateway(options);
  const live = gateway;
  return {
    live,
    track: (exportId: string, label?: string) => live.query(TRACK, { locator: hi(exportId), label }),
    untrack: (exportId: string) => live.query(UNTRACK, { locator: hi(exportId) }),
    list(variables: object = {}) {
      const stream = subscribe(live.url, LIST, variables);
      streams.push(stream);
      return stream;
    },
  };
}

/** `ExportStatusChanged QUEUED>RUNNING`, `ExportSnapshot RUNNING`. */
const story = (events: readonly { readonly trackedExportEvents: Told }[]) =>
  events.map(({ trackedExportEvents: { __typename, from, to, export: shown } }) =>
    to === undefined ? `${__typename} ${shown?.status ?? '-'}` : `${__typename} ${from}>${to}`,
  );

interface Told {
  readonly __typename: string;
  readonly cursor: string;
  readonly exportId: string;
  readonly isReplayGap?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly export: {
    readonly id: string;
    readonly status: string;
    readonly tracking: { label: string } | null;
  } | null;
}

describe('a tracked export', () => {
  it('is followed to its end without a subscriber, and remembered', async () => {
    const { live, track } = await setUp();
    live.say('1', { status: 'pending' });
    const tracked = await track('1', 'For Monday');
    live.say('1', { status: 'processing' });
    await live.nextPolls('1', 2);
    live.say('1', { status: 'completed' });
    await live.nextPolls('1', 1);

    const { data } = await live.query(
      `query($id: ID!) { node(id: $id) { ... on HiEnergyExport {
        status transitions { from to } tracking { label keptUntil } } } }`,
      { id: tracked.data.trackExport.export.id },
    );

    expect(tracked.data.trackExport).toMatchObject({
      export: { status: 'QUEUED' },
      tracking: { label: 'For Monday', startedHere: false, trackedBy: 'anonymous', keptUntil: null },
    });
    expect(data.node).toMatchObject({
      status: 'SUCCEEDED',
      transitions: [
        { from: null, to: 'QUEUED' },
        { from: 'QUEUED', to: 'RUNNING' },
        { from: 'RUNNING', to: 'SUCCEEDED' },
      ],
      tracking: { label: 'For Monday', keptUntil: expect.any(String) },
    });
  });

  it('changes its label only where it is tracked twice, and keeps it where none is given', async () => {
    const { live, track } = await setUp();
    live.say('1', { status: 'pending' });
    await track('1', 'One');

    const again = await track('1', 'Two');
    const without = await track('1');

    expect(again.data.trackExport.tracking.label).toBe('Two');
    expect(without.data.trackExport.tracking.label).toBe('Two');
  });

  it('is tracked although it cannot be read yet', async () => {
    const { live, track } = await setUp();
    live.say('1', { reply: { status: 503 } });

    const { data, errors } = await track('1');

    expect(errors).toEqual([]);
    expect(data.trackExport).toMatchObject({ export: null, tracking: { label: null } });
  });

  it('is followed no longer once it is untracked', async () => {
    const { live, track, untrack } = await setUp();
    live.say('1', { status: 'pending' });
    await track('1');

    const first = await untrack('1');
    const second = await untrack('1');
    const { data } = await live.query('{ recentExports(filter: { isTracked: true }) { nodes { id } } }');

    expect(first.data.untrackExport.wasTracked).toBe(true);
    expect(second.data.untrackExport.wasTracked).toBe(false);
    expect(data.recentExports.nodes).toEqual([]);
  });

  it('is one too many where the tenant has as many open ones as it may have', async () => {
    const { live, track } = await setUp({ config: { tracking: { maxOpen: 1 } } });
    live.say('1', { status: 'pending' });
    live.say('2', { status: 'pending' });
    await track('1');

    const { errors } = await track('2');

    expect(errors[0]?.extensions).toMatchObject({ code: 'TRACKING_LIMIT', retryable: false });
  });

  it('refuses a label of more than 200 characters', async () => {
    const { track } = await setUp();

    const { errors } = await track('1', 'x'.repeat(201));

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'label' });
  });
});

describe('the live list', () => {
  it('begins with a snapshot of each, then tells events and newcomers', async () => {
    const { live, track, list } = await setUp();
    live.say('1', { status: 'processing' });
    live.say('2', { status: 'pending' });
    await track('1');
    const stream = list();
    await stream.next(1);

    await track('2', 'Second');
    await stream.next(2);
    live.say('2', { status: 'processing' });
    await stream.next(3);
    live.say('1', { status: 'completed' });
    const events = await stream.next(4);

    expect(story(events)).toEqual([
      'ExportSnapshot RUNNING',
      'ExportTracked QUEUED',
      'ExportStatusChanged QUEUED>RUNNING',
      'ExportStatusChanged RUNNING>SUCCEEDED',
    ]);
    expect(events[1]?.trackedExportEvents.export?.tracking).toEqual({ label: 'Second' });
  });

  it('tells that an export is tracked no longer', async () => {
    const { live, track, untrack, list } = await setUp();
    live.say('1', { status: 'processing' });
    await track('1');
    const stream = list();
    await stream.next(1);

    await untrack('1');

    expect(story(await stream.next(2))[1]).toBe('ExportUntracked RUNNING');
  });

  it('resumes as a whole: what happened meanwhile comes once, newcomers included', async () => {
    const { live, track, list } = await setUp();
    live.say('1', { status: 'pending' });
    await track('1');
    const first = list();
    const [seen] = await first.next(1);
    first.stop();

    live.say('2', { status: 'pending' });
    await track('2');
    live.say('1', { status: 'processing' });
    live.say('2', { status: 'processing' });
    await live.nextPolls('1', 3);
    const stream = list({ after: seen?.trackedExportEvents.cursor });
    const events = await stream.next(3);

    expect(story(events)[0]).toBe('ExportTracked QUEUED');
    expect(story(events).slice(1)).toEqual([
      'ExportStatusChanged QUEUED>RUNNING',
      'ExportStatusChanged QUEUED>RUNNING',
    ]);
  });

  it('marks its snapshots where a cursor is of another life of the log', async () => {
    const before = await setUp();
    before.live.say('1', { status: 'pending' });
    await before.track('1');
    const [seen] = await before.list().next(1);
    await gateway?.[Symbol.asyncDispose]();
    const { live, track, list } = await setUp();
    live.say('1', { status: 'pending' });
    await track('1');

    const events = await list({ after: seen?.trackedExportEvents.cursor }).next(1);

    expect(events[0]?.trackedExportEvents).toMatchObject({ __typename: 'ExportSnapshot', isReplayGap: true });
  });

  it('holds at most so many that have ended, the newest first, and none where none is asked for', async () => {
    const { live, track, list } = await setUp();
    for (const id of ['1', '2', '3']) {
      const created = `2026-11-0${id}T00:00:00Z`;
      live.say(id, { status: id === '3' ? 'processing' : 'completed', more: { created_at: created } });
      await track(id);
    }

    const one = await list({ first: 1 }).next(2);
    const none = await list({ first: 0 }).next(1);

    expect(story(one)).toEqual(['ExportSnapshot RUNNING', 'ExportSnapshot SUCCEEDED']);
    expect(story(none)).toEqual(['ExportSnapshot RUNNING']);
  });

  it('leaves out what does not fit, and tells the change by which one fits no longer', async () => {
    const { live, track, list } = await setUp();
    live.say('1', { status: 'pending' });
    live.say('2', { status: 'pending' });
    await track('1', 'Wanted');
    await track('2', 'Other');
    const stream = list({ filter: { text: 'want', statuses: ['QUEUED'] } });
    await stream.next(1);

    live.say('2', { status: 'processing' });
    live.say('1', { status: 'processing' });

    expect(story(await stream.next(2))).toEqual([
      'ExportSnapshot QUEUED',
      'ExportStatusChanged QUEUED>RUNNING',
    ]);
  });

  it('is refused with a filter or a count that cannot be', async () => {
    const { list } = await setUp();

    const tooMany = await list({ first: 101 }).error();
    const tooLong = await list({ filter: { text: 'x'.repeat(201) } }).error();

    expect(tooMany.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'first' });
    expect(tooLong.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'filter.text' });
  });
});
