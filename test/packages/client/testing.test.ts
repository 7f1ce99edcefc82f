import { type Export, type ExportEvent, formatLocator } from '@waybill/client';
import { fakeWaybill } from '@waybill/client/testing';
import { describe, expect, it } from 'vitest';

const SCRIPT = { 'hi-energy:1': ['QUEUED', 'RUNNING@40', 'SUCCEEDED'] };

const briefly = ({ status, percent }: Export) => (percent === null ? status : `${status}@${percent}`);

describe('fakeWaybill', () => {
  it('takes a step every second of its own clock', async () => {
    await using client = fakeWaybill(SCRIPT);
    const set = client.follow(['hi-energy:1']);
    const seen: string[][] = [];
    set.subscribe(() => seen.push(set.getSnapshot().map(briefly)));

    await client.advance(0);
    await client.advance(1_000);
    await client.advance(5_000);

    expect(seen).toEqual([['QUEUED'], ['RUNNING@40'], ['SUCCEEDED']]);
    expect(set.getState()).toMatchObject({ isPending: false });
  });

  it('tells events in order, and that they are over', async () => {
    await using client = fakeWaybill(SCRIPT);
    const types: string[] = [];
    const reading = (async () => {
      for await (const { __typename } of client.watch('hi-energy:1')) types.push(__typename);
    })();

    await client.advance(3_000);
    await reading;

    expect(types).toEqual(['ExportSnapshot', 'ExportStatusChanged', 'ExportStatusChanged']);
  });

  it('leaves nothing running when the last user has gone', async () => {
    await using client = fakeWaybill(SCRIPT);
    const [one, other] = [client.follow(['hi-energy:1']), client.follow([{ hiEnergy: { exportId: '1' } }])];
    await client.advance(0);
    const running = { ...client.running };

    one.close();
    other.close();
    await client.advance(1_000);

    expect(running).toEqual({ streams: 1, timers: 0 });
    expect(client.running).toEqual({ streams: 0, timers: 0 });
    expect(client.connection.get()).toEqual({ state: 'idle' });
  });

  it('goes on behind the cursor once it is reachable again', async () => {
    await using client = fakeWaybill(SCRIPT);
    const events: ExportEvent[] = [];
    const reading = (async () => {
      for await (const event of client.watch('hi-energy:1')) events.push(event);
    })();
    await client.advance(0);
    await client.disconnect();
    const meanwhile = client.connection.get();

    await client.advance(900);
    await client.advance(1_500);
    await client.reconnect();
    await client.advance(2_000);
    await reading;

    expect(meanwhile).toMatchObject({ state: 'resuming', attempt: 1 });
    expect(events.map(({ export: now }) => now && briefly(now))).toEqual([
      'QUEUED',
      'RUNNING@40',
      'SUCCEEDED',
    ]);
    expect(new Set(events.map(({ cursor }) => cursor)).size).toBe(3);
  });

  it('resolves with the export when it has ended', async () => {
    await using client = fakeWaybill({ ...SCRIPT, 'talkdesk:calls/2': ['RUNNING', 'FAILED:No rows.'] });
    const progress: string[] = [];
    const done = client.done('hi-energy:1', { onProgress: (now) => progress.push(briefly(now)) });
    const failed = client.done('talkdesk:calls/2');

    await client.advance(2_000);

    expect(await done).toMatchObject({
      status: 'SUCCEEDED',
      phase: 'succeeded',
      files: [{ name: 'hi-energy.csv' }],
    });
    expect(await failed).toMatchObject({ phase: 'failed', failure: { message: 'No rows.' } });
    expect(progress).toEqual(['QUEUED', 'RUNNING@40']);
  });

  it('shows what is tracked, newcomers and leavers', async () => {
    await using client = fakeWaybill(SCRIPT);
    const set = client.follow({ tracked: {} });
    await client.advance(600);
    const first = set.getSnapshot().map(({ id }) => id);

    const started = await client.start({ hiEnergy: { reportType: 'deals_excel' } }, { label: 'Deals' });
    await client.advance(0);
    const both = set.getSnapshot();
    await client.untrack({ id: first[0] ?? '' });
    await client.advance(0);

    expect(first).toHaveLength(1);
    expect(both.map(({ id }) => id)).toEqual([started.id, first[0]]);
    expect(both[0]?.label).toBe('Deals');
    expect(set.getSnapshot().map(({ id }) => id)).toEqual([started.id]);
  });

  it('says what cannot be read, and what is no locator', async () => {
    await using client = fakeWaybill({ ...SCRIPT, 'hi-energy:9': ['QUEUED', 'ERROR:VENDOR_FORBIDDEN'] });
    const set = client.follow(['hi-energy:1', 'hi-energy:7', 'hi-energy:9', 'nonsense']);
    await client.advance(1_000);

    const { exports, errors } = set.getState();

    expect(exports.map(({ status }) => status)).toEqual(['RUNNING', 'QUEUED']);
    expect([...errors].map(([name, { code }]) => [name, code])).toEqual([
      ['hi-energy:7', 'EXPORT_NOT_FOUND'],
      ['hi-energy:9', 'VENDOR_FORBIDDEN'],
      ['nonsense', 'BAD_USER_INPUT'],
    ]);
  });

  it('has a word for every status, and keeps what it does not know', async () => {
    await using client = fakeWaybill({ 'acme:1/2': [{ status: 'PONDERING', depth: 7 }] });
    const [shown] = (await client.recent()).exports;

    expect(shown).toMatchObject({ vendor: 'acme', status: 'PONDERING', phase: 'moving', isTerminal: false });
    expect(shown?.details).toMatchObject({ depth: 7, id0: '1', id1: '2' });
  });

  it('follows an export of a vendor that the kit does not know, with its account and without', async () => {
    await using client = fakeWaybill({ 'eu@acme-reports:7/a@b': ['QUEUED', 'RUNNING', 'SUCCEEDED'] });

    const both = Promise.all([client.done('acme-reports:7/a@b'), client.done('eu@acme-reports:7/a@b')]);
    await client.advance(5_000);
    const ended = await both;

    expect(ended.map(({ vendor, status }) => [vendor, status])).toEqual([
      ['acme-reports', 'SUCCEEDED'],
      ['acme-reports', 'SUCCEEDED'],
    ]);
    expect(formatLocator(ended[0] as Export)).toBe('eu@acme-reports:7/a@b');
    expect(await client.vendors()).toMatchObject([
      { key: 'acme-reports', input: 'acmeReports', locator: [{ name: 'id0' }, { name: 'id1' }] },
    ]);
  });
});
