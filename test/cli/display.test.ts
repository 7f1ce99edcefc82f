import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBar, toBarRow, toMovingBar } from '../../src/cli/display/bars.ts';
import { toEventLine } from '../../src/cli/display/event-line.ts';
import { toBytesText, toDurationText } from '../../src/cli/display/measures.ts';
import { toTerminalText, toWidth, widthOf } from '../../src/cli/display/terminal-text.ts';
import type { ExportRow } from '../../src/cli/export-row.ts';
import type { WatchedEvent } from '../../src/cli/gateway/event-stream.ts';
import type { WatchedExportFragment } from '../../src/cli/generated/operations.ts';
import { parseLocatorArguments } from '../../src/cli/locator-argument.ts';
import { WatchList } from '../../src/cli/watch-list.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { FAKE_EXPORT, FAKE_LOCATOR, toSnapshot } from './fake-gateway.ts';

const NOW = Date.UTC(2026, 10, 22, 10, 15, 0);
const AT = '2026-11-22T10:15:00.000Z';
const RUNNING = { status: 'RUNNING', outcome: null } as const;
const RED = '\u001b[31mred\u001b[0m';

function createList(...locators: readonly string[]): WatchList {
  return new WatchList(parseLocatorArguments(locators), createManualClock(NOW));
}

/** An event about `FAKE_EXPORT`, running at 40 %, changed. */
function toEvent(fact: object, change: Partial<WatchedExportFragment> | null = {}): WatchedEvent {
  const progress = { percent: 40.9, completedParts: null, totalParts: null };
  const state = change === null ? null : { ...FAKE_EXPORT, ...RUNNING, progress, ...change };
  return { cursor: 'c', at: AT, exportId: FAKE_EXPORT.id, export: state, ...fact } as WatchedEvent;
}

const CHANGED = { __typename: 'ExportStatusChanged' };
const PARTS = { percent: null, completedParts: 3, totalParts: 7 };

/** One event of each kind, with the line that people grep. */
const EVENTS: readonly [WatchedEvent, string][] = [
  [toSnapshot(), 'hi-energy  SUCCEEDED  Sales overview'],
  [toEvent(CHANGED), 'hi-energy  RUNNING 40%  Sales overview'],
  [
    toEvent({ __typename: 'ExportProgressed' }, { progress: PARTS }),
    'hi-energy  RUNNING 3/7  Sales overview',
  ],
  [toEvent(CHANGED, { progress: null, name: null }), 'hi-energy  RUNNING  hi-energy:42'],
  [
    toEvent(CHANGED, { status: 'SUCCEEDED', outcome: 'PARTIAL' }),
    'hi-energy  SUCCEEDED PARTIAL  Sales overview',
  ],
  [toEvent(CHANGED, { status: 'SUCCEEDED', outcome: 'EMPTY' }), 'hi-energy  SUCCEEDED EMPTY  Sales overview'],
  [
    toEvent(CHANGED, {
      status: 'FAILED',
      failure: { message: `Too  many\nrows, ${RED}.`, isRetryable: false },
    }),
    'hi-energy  FAILED  Sales overview  Too many rows, red.',
  ],
  [
    toEvent({ __typename: 'ExportSnapshot', isReplayGap: true }),
    'hi-energy  RUNNING 40%  Sales overview  changes may have been missed',
  ],
  [
    toEvent({
      __typename: 'ExportWatchInterrupted',
      code: 'VENDOR_UNAVAILABLE',
      retryAt: '2026-11-22T10:15:04.000Z',
    }),
    'hi-energy  INTERRUPTED VENDOR_UNAVAILABLE  Sales overview  unreachable, asking again at 2026-11-22T10:15:04.000Z',
  ],
  [
    toEvent({ __typename: 'ExportWatchInterrupted', code: 'NEW_CODE', retryAt: null }, null),
    'hi-energy  INTERRUPTED NEW_CODE  hi-energy:42  NEW_CODE',
  ],
  [toEvent({ __typename: 'ExportWatchResumed' }), 'hi-energy  RESUMED RUNNING 40%  Sales overview'],
  [
    toEvent({ __typename: 'ExportStalled', since: '2026-11-22T09:00:00.000Z' }),
    'hi-energy  STALLED RUNNING 40%  Sales overview  no change since 2026-11-22T09:00:00.000Z',
  ],
  [
    toEvent(
      { __typename: 'ExportWatchFailed', code: 'EXPORT_NOT_FOUND', message: 'There is no such export.' },
      null,
    ),
    'hi-energy  UNREADABLE EXPORT_NOT_FOUND  hi-energy:42  There is no such export.',
  ],
];

describe('a line per change', () => {
  it.each(EVENTS)('says %# in fields divided by two blanks', (event, expected) => {
    expect(toEventLine(event, createList(FAKE_LOCATOR).apply(event))).toBe(`${AT}  ${expected}`);
  });
});

describe('a line on a terminal', () => {
  const rowOf = (event: WatchedEvent): ExportRow => createList(FAKE_LOCATOR).apply(event);

  it('shows each state', () => {
    const soon = { nextPollAt: '2026-11-22T10:15:02.500Z', isStale: false };
    const [first] = createList(FAKE_LOCATOR).rows;
    const rows = [
      ...(first === undefined ? [] : [first]),
      rowOf(toEvent(CHANGED, { status: 'QUEUED', progress: null })),
      rowOf(toEvent(CHANGED, { observation: soon })),
      ...EVENTS.map(([event]) => rowOf(event)),
      rowOf(toEvent(CHANGED, { status: 'EXPIRED' })),
      rowOf(
        toEvent(CHANGED, {
          status: 'CANCELED',
          name: '売上ダッシュボード 2026年度、東日本と西日本、店舗別の詳細',
        }),
      ),
    ];

    expect(rows.map((row) => toBarRow(row, 100, NOW)).join('\n')).toMatchInlineSnapshot(`
      "hi-energy:42                    asking …    ████░░░░░░░░░░░░
      Sales overview                  QUEUED      ░░░░░░░░░░░░░░░░
      Sales overview                  RUNNING     ██████░░░░░░░░░░  40%    next look in 3 s
      Sales overview                  SUCCEEDED   ████████████████
      Sales overview                  RUNNING     ██████░░░░░░░░░░  40%
      Sales overview                  RUNNING     ██████░░░░░░░░░░  3/7
      hi-energy:42                    RUNNING     ████░░░░░░░░░░░░
      Sales overview                  SUCCEEDED   ████████████████         with errors or omissions
      Sales overview                  SUCCEEDED   ████████████████         nothing in it
      Sales overview                  FAILED      ░░░░░░░░░░░░░░░░         Too many rows, red.
      Sales overview                  RUNNING     ██████░░░░░░░░░░  40%
      Sales overview                  RUNNING     ██████░░░░░░░░░░  40%    unreachable, again in 4 s
      hi-energy:42                    asking …    ████░░░░░░░░░░░░         NEW_CODE
      Sales overview                  RUNNING     ██████░░░░░░░░░░  40%
      Sales overview                  RUNNING     ██████░░░░░░░░░░  40%    no change for 75 min
      hi-energy:42                    UNREADABLE  ░░░░░░░░░░░░░░░░         no such export
      Sales overview                  EXPIRED     ░░░░░░░░░░░░░░░░         the vendor dropped it
      売上ダッシュボード 2026年度、…  CANCELED    ░░░░░░░░░░░░░░░░"
    `);
  });

  it('has the vendor where there is room, and goes without where there is not', () => {
    const row = rowOf(toEvent(CHANGED));

    expect([140, 80, 40].map((width) => toBarRow(row, width, NOW)).join('\n')).toMatchInlineSnapshot(`
      "Sales overview                        hi-energy  RUNNING     █████████░░░░░░░░░░░░░░░  40%
      Sales overview            RUNNING     ████░░░░░░░░  40%
      Sales overview    RUNNING     ██░░░░  …"
    `);
  });

  it('never is wider than the terminal, nor holds what could move its cursor', () => {
    const name = fc.string({ unit: 'binary', maxLength: 80 });
    fc.assert(
      fc.property(name, name, fc.integer({ min: 1, max: 200 }), (one, other, width) => {
        const failure = { message: other, isRetryable: false };
        const row = rowOf(toEvent(CHANGED, { status: 'FAILED', name: one, failure }));

        const line = toBarRow(row, width, NOW);

        expect(widthOf(line)).toBeLessThan(Math.max(2, width));
        expect(line).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
      }),
    );
  });
});

describe('the list of what is watched', () => {
  it('gives each event to the arguments that name its export', () => {
    const list = createList('hi-energy:41', FAKE_LOCATOR, 'hi@hi-energy:42', 'us@hi-energy:42');

    list.apply(toSnapshot());

    expect(list.rows.map(({ status }) => status)).toEqual([undefined, 'SUCCEEDED', 'SUCCEEDED', undefined]);
    expect(list.isDone).toBe(false);
  });

  it('gives an id that it cannot read to the only export left, else a row of its own', () => {
    const foreign = { ...toSnapshot(), exportId: 'from-a-later-version' };
    const one = createList(FAKE_LOCATOR);
    const two = createList(FAKE_LOCATOR, 'hi-energy:43');

    one.apply(foreign);
    two.apply({ ...foreign, export: null });

    expect(one.rows.map(({ status }) => status)).toEqual(['SUCCEEDED']);
    expect(two.rows.map(({ name }) => name)).toEqual([FAKE_LOCATOR, 'hi-energy:43', 'from-a-later-version']);
  });

  it('reckons with a gateway whose clock is wrong', () => {
    const list = createList(FAKE_LOCATOR);
    const observation = { nextPollAt: '2026-11-22T12:00:03.000Z', isStale: false };

    const row = list.apply({ ...toSnapshot({ ...RUNNING, observation }), at: '2026-11-22T12:00:00.000Z' });

    expect(row.nextPollAt).toBe(NOW + 3_000);
  });
});

describe('text for a terminal', () => {
  it('loses every escape sequence, control character and direction mark', () => {
    expect(toTerminalText(`\u001b]0;title\u0007a\u001b[2J b\r\nc\u009bKd\u202ee\u0000  ${RED}\u2028`)).toBe(
      'a b cde red',
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(toTerminalText(text)).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u);
      }),
    );
  });

  it.each([
    ['abc', 5, 'abc  '],
    ['abcdef', 5, 'abcd…'],
    ['売上表', 6, '売上表'],
    ['売上表', 5, '売上…'],
    ['売上表', 4, '売… '],
    ['👍🏽 done', 7, '👍🏽 done'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
  ])('fits %j into %i columns', (text, width, expected) => {
    expect(toWidth(text, width)).toBe(expected);
  });

  it('fits into any width exactly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(60), (text, width) => {
        expect(widthOf(toWidth(toTerminalText(text), width))).toBe(width);
      }),
    );
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [12_850, '12.8 kB'],
    [999_600, '1.0 MB'],
    [2_147_483_648, '2.1 GB'],
  ])('says %i bytes as %s', (bytes, expected) => {
    expect(toBytesText(bytes)).toBe(expected);
  });

  it.each([
    [-5, '0 s'],
    [400, '1 s'],
    [99_000, '99 s'],
    [150_000, '3 min'],
    [7_200_000, '2 h'],
  ])('says %i ms as %s', (ms, expected) => {
    expect(toDurationText(ms)).toBe(expected);
  });

  it('draws bars that are as wide as they should be', () => {
    expect(toBar(0.5, 4)).toBe('██░░');
    expect([-1, 0.999, 2].map((fraction) => toBar(fraction, 2))).toEqual(['░░', '█░', '██']);
    const frames = Array.from({ length: 9 }, (_, index) => toMovingBar(index * 125, 6));
    expect(frames.map((frame) => frame.indexOf('█'))).toEqual([0, 1, 2, 3, 4, 3, 2, 1, 0]);
    expect(new Set(frames.map((frame) => frame.length))).toEqual(new Set([6]));
  });
});
