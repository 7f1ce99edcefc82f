import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEntry, decodeState, encodeEntry, encodeState } from '../../src/backplane/redis/codec.ts';
import type { ExportFact } from '../../src/export/events.ts';
import { startWatch, type WatchedState } from '../../src/export/transitions.ts';

const instant = fc.option(fc.integer({ min: 0, max: 4_000_000_000_000 }));
const text = fc.string({ unit: 'binary', maxLength: 200 });
const progress = fc.record({
  percent: fc.option(fc.double({ min: 0, max: 100, noNaN: true, noDefaultInfinity: true }).map((n) => n + 0)),
  completedParts: fc.option(fc.nat()),
  totalParts: fc.option(fc.nat()),
});

/** States as vendors' answers may make them. */
const state: fc.Arbitrary<WatchedState> = fc
  .record({
    status: fc.constantFrom('UNKNOWN', 'QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED' as const),
    name: fc.option(text),
    rawStatus: text,
    progress: fc.option(progress),
    updatedAt: instant,
    pollAfterMs: instant,
    observedAt: fc.nat(),
    nextPollAt: instant,
    throttledUntil: instant,
    files: fc.option(
      fc.array(fc.record({ name: text, mediaType: fc.option(text), availableUntil: instant })),
    ),
    details: fc.dictionary(text, fc.jsonValue()),
    hasSnapshot: fc.boolean(),
  })
  .map(({ nextPollAt, throttledUntil, hasSnapshot, ...answer }) => {
    const key = { id: answer.rawStatus, vendor: 'talkdesk', account: 'desk', ids: { jobId: 'x' } } as const;
    const times = { createdAt: null, startedAt: null, finishedAt: null };
    const snapshot = { ...answer, ...times, key, outcome: null, failure: null };
    const base = { ...startWatch(7), nextPollAt, throttledUntil };
    return JSON.parse(JSON.stringify(hasSnapshot ? { ...base, snapshot } : base)) as WatchedState;
  });

describe('states in Redis', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(state, (written) => {
        const { moving, lasting } = encodeState(written);

        expect(decodeState(moving, lasting())).toEqual(written);
      }),
    );
  });

  it('are the same to a digest whenever they are asked about, and another whatever else changes', () => {
    fc.assert(
      fc.property(state, state, instant, (one, other, nextPollAt) => {
        const asLasting = ({ nextPollAt: _, throttledUntil: __, snapshot, ...rest }: WatchedState) => ({
          ...rest,
          snapshot: snapshot && { ...snapshot, observedAt: 0, pollAfterMs: 0 },
        });
        const isSame = JSON.stringify(asLasting(one)) === JSON.stringify(asLasting(other));

        expect(encodeState({ ...one, nextPollAt }).digest).toBe(encodeState(one).digest);
        expect(encodeState(one).digest === encodeState(other).digest).toBe(isSame);
      }),
    );
  });

  it('stand beside what happened, which is read as it was told', () => {
    const fact: fc.Arbitrary<(of: WatchedState) => ExportFact> = fc.oneof(
      fc.constant(() => ({ type: 'ExportSnapshot' }) as const),
      fc.constant(() => ({ type: 'ExportStatusChanged', from: null, to: 'RUNNING' }) as const),
      progress.map((own) => () => ({ type: 'ExportProgressed', progress: own }) as const),
      fc.constant(({ snapshot }: WatchedState) => {
        const none = { percent: null, completedParts: null, totalParts: 3 };
        return { type: 'ExportProgressed', progress: snapshot?.progress ?? none } as const;
      }),
      text.map(
        (message) => () => ({ type: 'ExportWatchFailed', code: 'VENDOR_FORBIDDEN', message }) as const,
      ),
    );

    fc.assert(
      fc.property(state, fact, fc.nat(), (of, toFact, at) => {
        const told = toFact(of);
        const { moving, lasting } = encodeState(of);

        const entry = decodeEntry(42, encodeEntry({ at, fact: told, state: of }, moving, lasting()));

        expect(entry).toEqual({ sequence: 42, at, fact: JSON.parse(JSON.stringify(told)), state: of });
      }),
    );
  });
});
