import { describe, expect, it } from 'vitest';

interface Row {
  readonly key: string;
  readonly export: Shown | null;
  readonly interruption: string | null;
  readonly stalledSince: number | null;
  readonly problem: string | null;
  readonly tracking: { readonly label: string | null } | null;
  readonly files: readonly object[];
}

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly isTerminal: boolean;
  readonly [field: string]: unknown;
}

interface Store {
  readonly rows: ReadonlyMap<string, Row>;
  takeRead(shown: Shown, isNews: boolean): void;
  takeAnswer(shown: Shown): void;
  takeTracking(id: string, tracking: Row['tracking']): void;
  takeEvent(event: object): void;
  markFollowed(id: string, text: string): void;
  takeProblem(text: string, problem: string): void;
}

interface StoreModule {
  readonly Store: new (onChange: (row: Row, isNews: boolean) => void) => Store;
  inOrder(rows: Iterable<Row>): { readonly moving: readonly Row[]; readonly ended: readonly Row[] };
}

// The board's modules are the browser's: no types of theirs belong to this project.
const MODULE = new URL('../../src/board/store.js', import.meta.url).href;
const { Store, inOrder }: StoreModule = await import(MODULE);

function shown(status: string, fields: object = {}): Shown {
  const isTerminal = ['SUCCEEDED', 'FAILED', 'CANCELED', 'EXPIRED'].includes(status);
  return { id: 'one', status, isTerminal, outcome: null, ...fields };
}

function event(type: string, exported: Shown | null, fields: object = {}) {
  return { __typename: type, cursor: 'c', exportId: 'one', export: exported, ...fields };
}

function createStore() {
  const news: string[] = [];
  const store = new Store((row, isNews) => isNews && news.push(`${row.key} ${row.export?.status}`));
  const row = () => store.rows.get('one');
  return { store, news, row };
}

describe("the board's store", () => {
  it('believes the stream until the end, and lists only where there is no stream or after it', () => {
    const { store, row } = createStore();
    store.takeRead(shown('QUEUED'), false);
    store.takeEvent(event('ExportSnapshot', shown('RUNNING')));

    store.takeRead(shown('QUEUED'), false);
    const whileStreaming = row()?.export?.status;
    store.takeEvent(event('ExportStatusChanged', shown('SUCCEEDED')));
    store.takeRead(shown('RUNNING'), false);
    const afterTheEnd = row()?.export?.status;
    store.takeRead(shown('EXPIRED'), false);

    expect([whileStreaming, afterTheEnd, row()?.export?.status]).toEqual(['RUNNING', 'SUCCEEDED', 'EXPIRED']);
  });

  it('calls it news when a status changes or an export is new, not when progress is made', () => {
    const { store, news } = createStore();

    store.takeRead(shown('QUEUED'), true);
    store.takeRead(shown('QUEUED'), true);
    store.takeEvent(event('ExportStatusChanged', shown('RUNNING')));
    store.takeEvent(event('ExportProgressed', shown('RUNNING')));

    expect(news).toEqual(['one QUEUED', 'one RUNNING']);
  });

  it('keeps the last known state through an interruption, and forgets the interruption with the next answer', () => {
    const { store, row } = createStore();
    store.takeRead(shown('RUNNING'), false);

    store.takeEvent(event('ExportWatchInterrupted', null, { code: 'VENDOR_TIMEOUT' }));
    const during = { ...row() };
    store.takeEvent(event('ExportWatchResumed', shown('RUNNING')));

    expect(during).toMatchObject({ interruption: 'VENDOR_TIMEOUT', export: { status: 'RUNNING' } });
    expect(row()?.interruption).toBeNull();
  });

  it('remembers since when nothing changes, until something does', () => {
    const { store, row } = createStore();
    store.takeRead(shown('RUNNING'), false);

    store.takeEvent(event('ExportStalled', shown('RUNNING'), { since: '2026-11-22T10:00:00.000Z' }));
    const stalled = row()?.stalledSince;
    store.takeEvent(event('ExportProgressed', shown('RUNNING')));

    expect([stalled, row()?.stalledSince]).toEqual([Date.UTC(2026, 10, 22, 10), null]);
  });

  it('counts an export that cannot be read for good among the ended ones, first of all', () => {
    const { store, row } = createStore();
    store.takeRead(shown('RUNNING'), false);
    store.takeRead(shown('FAILED', { id: 'two', finishedAt: '2026-11-22T10:00:00.000Z' }), false);

    store.takeEvent(event('ExportWatchFailed', shown('RUNNING'), { message: 'Refused.' }));

    expect(row()?.problem).toBe('Refused.');
    expect(inOrder(store.rows.values()).ended.map(({ key }) => key)).toEqual(['one', 'two']);
  });

  it('puts the newest first, and what ended nobody knows when last', () => {
    const { store } = createStore();
    const at = (id: string, field: string, minute: number) => ({
      id,
      [field]: new Date(Date.UTC(2026, 10, 22, 10, minute)).toISOString(),
    });
    store.takeRead(shown('RUNNING', at('a', 'createdAt', 1)), false);
    store.takeRead(shown('QUEUED', at('b', 'startedAt', 2)), false);
    store.takeRead(shown('FAILED', { id: 'c' }), false);
    store.takeRead(shown('CANCELED', at('d', 'updatedAt', 1)), false);
    store.takeRead(shown('SUCCEEDED', at('e', 'finishedAt', 2)), false);

    const { moving, ended } = inOrder(store.rows.values());

    expect([moving, ended].map((rows) => rows.map(({ key }) => key).join(''))).toEqual(['ba', 'edc']);
  });

  it('lets an export take the place of the words it was followed by', () => {
    const { store } = createStore();
    store.takeProblem('hi-energy:1', 'The vendor does not answer.');

    store.takeRead(shown('RUNNING'), false);
    store.markFollowed('one', 'hi-energy:1');

    expect([...store.rows.values()]).toEqual([
      expect.objectContaining({ key: 'one', followedAs: 'hi-energy:1' }),
    ]);
  });

  it('learns from lists how an export is tracked, though a stream says where it stands', () => {
    const { store, row } = createStore();
    store.takeRead(shown('QUEUED', { tracking: null }), false);
    store.takeEvent(event('ExportSnapshot', shown('RUNNING')));

    store.takeRead(shown('QUEUED', { tracking: { label: 'For Ann' } }), false);
    const listed = { status: row()?.export?.status, tracking: row()?.tracking };
    store.takeRead(shown('QUEUED'), false);
    const unasked = row()?.tracking;
    store.takeTracking('one', null);

    expect(listed).toEqual({ status: 'RUNNING', tracking: { label: 'For Ann' } });
    expect(unasked).toEqual({ label: 'For Ann' });
    expect(row()?.tracking).toBeNull();
  });

  it('believes the answer to a change before the stream has told of it, but not after the end', () => {
    const { store, row, news } = createStore();
    store.takeRead(shown('RUNNING'), false);
    store.takeEvent(event('ExportSnapshot', shown('RUNNING')));

    store.takeAnswer(shown('CANCELING'));
    const asked = row()?.export?.status;
    store.takeEvent(event('ExportStatusChanged', shown('CANCELED')));
    store.takeAnswer(shown('CANCELING'));

    expect([asked, row()?.export?.status]).toEqual(['CANCELING', 'CANCELED']);
    expect(news).toEqual(['one CANCELING', 'one CANCELED']);
  });

  it('offers no file of an export whose file is gone', () => {
    const { store, row } = createStore();
    store.takeRead(shown('SUCCEEDED', { files: [{ name: 'a.csv' }] }), false);

    store.takeRead(shown('EXPIRED'), false);

    expect(row()?.files).toEqual([]);
  });
});
