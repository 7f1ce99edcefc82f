import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toError } from '../../../packages/client/src/answers.ts';
import { toEvent } from '../../../packages/client/src/events.ts';
import { toAccount, toAccountProblem } from '../../../packages/client/src/to-account.ts';
import { toExport } from '../../../packages/client/src/to-export.ts';

const WIRE = {
  id: 'x',
  vendor: { key: 'acme', name: 'Acme' },
  account: { key: 'a' },
  name: 'Report',
  status: 'RUNNING',
  rawStatus: 'busy',
  isTerminal: false,
  progress: { percent: 40, completedParts: 2, totalParts: 5 },
  createdAt: '2026-11-20T10:00:00.000Z',
  files: null,
  observation: {
    observedAt: '2026-11-20T10:01:00.000Z',
    nextPollAt: null,
    throttledUntil: null,
    isStale: false,
  },
  transitions: [{ from: null, to: 'RUNNING', rawStatus: 'busy', at: '2026-11-20T10:00:30.000Z' }],
  tracking: {
    label: 'Label',
    startedHere: true,
    trackedBy: 'ann',
    trackedAt: '2026-11-20T10:00:00.000Z',
    keptUntil: null,
  },
};

const event = (type: string, more: object = {}, wire: object | null = WIRE) => ({
  __typename: type,
  cursor: 'c',
  at: '2026-11-20T10:02:00.000Z',
  exportId: 'x',
  export: wire,
  ...more,
});

describe('an answer', () => {
  it('is one flat export, with dates', () => {
    expect(toExport({ ...WIRE, depth: 7, format__AcmeExport: 'csv' })).toMatchObject({
      vendor: 'acme',
      vendorName: 'Acme',
      account: 'a',
      label: 'Label',
      percent: 40,
      parts: { completed: 2, total: 5 },
      phase: 'moving',
      createdAt: new Date('2026-11-20T10:00:00Z'),
      finishedAt: null,
      outcome: null,
      estimate: null,
      asOf: new Date('2026-11-20T10:01:00Z'),
      transitions: [{ from: null, to: 'RUNNING', at: new Date('2026-11-20T10:00:30Z') }],
      tracking: { trackedAt: new Date('2026-11-20T10:00:00Z'), keptUntil: null },
      details: { depth: 7, format: 'csv' },
    });
  });

  it.each([
    ['QUEUED', 'waiting'],
    ['RUNNING', 'moving'],
    ['CANCELING', 'moving'],
    ['UNKNOWN', 'moving'],
    ['PONDERING', 'moving'],
    ['constructor', 'moving'],
    ['SUCCEEDED', 'succeeded'],
    ['FAILED', 'failed'],
    ['CANCELED', 'gone'],
    ['EXPIRED', 'gone'],
  ])('with the status %s lands in the phase %s', (status, phase) => {
    expect(toExport({ ...WIRE, status }).phase).toBe(phase);
  });

  it('never throws, whatever a newer gateway says', () => {
    const anything = fc.dictionary(
      fc.oneof(
        fc.constantFrom(
          ...Object.keys(WIRE),
          '__typename',
          'isReplayGap',
          'code',
          'since',
          'from',
          'extensions',
          'message',
          '__proto__',
        ),
        fc.string(),
      ),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(anything, anything, (one, other) => {
        const before = toExport(one);
        const { export: after } = toEvent({ ...other, export: one }, before);

        expect(['waiting', 'moving', 'succeeded', 'failed', 'gone']).toContain(after?.phase);
        expect(toError(one).retryable).toBeTypeOf('boolean');
        toEvent({ ...other, export: other.name === null ? null : other }, undefined);
        toAccount(one);
        toAccountProblem(other);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('an event', () => {
  it('that interrupts says why, and one that resumes takes it back', () => {
    const first = toEvent(event('ExportSnapshot', { isReplayGap: false }), undefined).export ?? undefined;
    const lost =
      toEvent(
        event('ExportWatchInterrupted', { code: 'VENDOR_TIMEOUT', retryAt: '2026-11-20T10:03:00.000Z' }),
        first,
      ).export ?? undefined;
    const still =
      toEvent(
        event(
          'ExportStalled',
          { since: '2026-11-20T09:00:00.000Z' },
          { ...WIRE, observation: { ...WIRE.observation, isStale: true } },
        ),
        lost,
      ).export ?? undefined;
    const back = toEvent(event('ExportWatchResumed'), still).export;

    expect(first).toMatchObject({ isStale: false, trouble: null });
    expect(lost).toMatchObject({
      isStale: true,
      trouble: { code: 'VENDOR_TIMEOUT', retryAt: new Date('2026-11-20T10:03:00Z') },
    });
    expect(still).toMatchObject({
      isStale: true,
      trouble: { code: 'VENDOR_TIMEOUT' },
      stalledSince: new Date('2026-11-20T09:00:00Z'),
    });
    expect(back).toMatchObject({
      isStale: false,
      trouble: null,
      stalledSince: new Date('2026-11-20T09:00:00Z'),
    });
  });

  it('of news ends a standstill, and a gap is remembered', () => {
    const stalled =
      toEvent(event('ExportStalled', { since: '2026-11-20T09:00:00.000Z' }), undefined).export ?? undefined;
    const gap = toEvent(event('ExportSnapshot', { isReplayGap: true }), stalled).export ?? undefined;
    const later = toEvent(event('ExportProgressed'), gap).export;

    expect(gap).toMatchObject({ stalledSince: null, hasGap: true });
    expect(later).toMatchObject({ hasGap: true });
  });

  it('without an export keeps the last state, and there may be none yet', () => {
    const known = toExport(WIRE);

    expect(toEvent(event('ExportUntracked', {}, null), known).export).toMatchObject({
      id: 'x',
      status: 'RUNNING',
    });
    expect(
      toEvent(event('ExportWatchInterrupted', { code: 'VENDOR_TIMEOUT' }, null), undefined).export,
    ).toBeNull();
  });

  it('of a kind that is not known here has what all of them have', () => {
    expect(toEvent(event('ExportPondered', { depth: 7 }), undefined)).toMatchObject({
      __typename: 'ExportPondered',
      cursor: 'c',
      at: new Date('2026-11-20T10:02:00Z'),
      export: { status: 'RUNNING' },
    });
  });
});
