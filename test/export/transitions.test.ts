import { describe, expect, it } from 'vitest';
import type { ExportFact } from '../../src/export/events.ts';
import type { ExportStatus } from '../../src/export/export.ts';
import type { Reading } from '../../src/export/ports.ts';
import {
  type AdvanceRules,
  advance,
  hasEnded,
  MAX_TRANSITIONS,
  restartWatch,
  startWatch,
  type WatchedState,
} from '../../src/export/transitions.ts';
import { toError, toPercent, toSnapshot } from '../watch/fake-account.ts';

const RULES: AdvanceRules = { stallAfterMs: 60_000 };
const TERMINAL: readonly ExportStatus[] = ['SUCCEEDED', 'FAILED', 'CANCELED', 'EXPIRED'];

/** Applies readings one second apart, the first at 1,000. */
function play(readings: readonly Reading[], from: WatchedState | null = null, stepMs = 1_000) {
  let state = from ?? startWatch(0);
  let now = Math.max(0, state.snapshot?.observedAt ?? 0);
  const facts: ExportFact[] = [];
  for (const reading of readings) {
    now += stepMs;
    const step = advance(state, reading, now, RULES);
    state = step.state;
    facts.push(...step.facts);
  }
  return { state, facts, now };
}

function at(status: ExportStatus, observedAt: number, percent?: number) {
  return toSnapshot('1', status, observedAt, percent === undefined ? {} : toPercent(percent));
}

describe('the first answer', () => {
  it('is told as a snapshot, and begins the transitions', () => {
    const { state, facts } = advance(null, at('RUNNING', 1_000), 1_000, RULES);

    expect(facts).toEqual([{ type: 'ExportSnapshot' }]);
    expect(state.transitions).toEqual([{ from: null, to: 'RUNNING', rawStatus: 'running', at: 1_000 }]);
    expect(state.startedAt).toBe(1_000);
  });

  it('counts as unchanged since the vendor last changed it', () => {
    const answer = { ...at('RUNNING', 50_000), updatedAt: 20_000 };

    expect(advance(null, answer, 50_000, RULES).state.changedAt).toBe(20_000);
    expect(advance(null, { ...answer, updatedAt: 70_000 }, 50_000, RULES).state.changedAt).toBe(50_000);
    expect(advance(null, { ...answer, updatedAt: null }, 50_000, RULES).state.changedAt).toBe(50_000);
  });
});

describe('statuses', () => {
  it('go forward, each told once', () => {
    const { state, facts } = play([
      at('QUEUED', 1_000),
      at('QUEUED', 2_000),
      at('RUNNING', 3_000),
      at('CANCELING', 4_000),
      at('CANCELED', 5_000),
    ]);

    expect(facts).toEqual([
      { type: 'ExportSnapshot' },
      { type: 'ExportStatusChanged', from: 'QUEUED', to: 'RUNNING' },
      { type: 'ExportStatusChanged', from: 'RUNNING', to: 'CANCELING' },
      { type: 'ExportStatusChanged', from: 'CANCELING', to: 'CANCELED' },
    ]);
    expect(state.transitions.map(({ to, at: when }) => [to, when])).toEqual([
      ['QUEUED', 1_000],
      ['RUNNING', 3_000],
      ['CANCELING', 4_000],
      ['CANCELED', 5_000],
    ]);
  });

  it.each([
    ['RUNNING', 'QUEUED'],
    ['CANCELING', 'RUNNING'],
    ['CANCELING', 'QUEUED'],
  ] as const)('keep %s when the vendor falls back to %s', (before, after) => {
    const { state, facts } = play([at(before, 1_000, 40), { ...at(after, 2_000, 30), pollAfterMs: 9_000 }]);

    expect(facts).toEqual([{ type: 'ExportSnapshot' }]);
    expect(state.snapshot).toEqual({ ...at(before, 1_000, 40), observedAt: 2_000, pollAfterMs: 9_000 });
  });

  it('become UNKNOWN and known again, without going backward', () => {
    const { facts, state } = play([
      at('RUNNING', 1_000),
      at('UNKNOWN', 2_000),
      at('QUEUED', 3_000),
      at('RUNNING', 4_000),
    ]);

    expect(facts.slice(1)).toEqual([
      { type: 'ExportStatusChanged', from: 'RUNNING', to: 'UNKNOWN' },
      { type: 'ExportStatusChanged', from: 'UNKNOWN', to: 'RUNNING' },
    ]);
    expect(hasEnded(state)).toBe(false);
  });

  it('may be anything after a first UNKNOWN', () => {
    expect(play([at('UNKNOWN', 1_000), at('QUEUED', 2_000)]).facts[1]).toEqual({
      type: 'ExportStatusChanged',
      from: 'UNKNOWN',
      to: 'QUEUED',
    });
  });

  it.each(TERMINAL)('stay %s whatever comes after', (status) => {
    const ended = play([at('RUNNING', 1_000), at(status, 2_000)]).state;
    const later: Reading[] = [
      at('RUNNING', 3_000),
      at('UNKNOWN', 3_000),
      ...TERMINAL.map((other) => at(other, 3_000)),
      toError('EXPORT_NOT_FOUND'),
      toError('VENDOR_TIMEOUT'),
      toError('UNSUPPORTED_BY_VENDOR'),
    ];

    expect(hasEnded(ended)).toBe(true);
    for (const reading of later)
      expect(advance(ended, reading, 3_000, RULES)).toEqual({ state: ended, facts: [] });
  });

  it('keep their transitions within a bound, the latest ones', () => {
    const words = Array.from({ length: 150 }, (_, index) =>
      at(index % 2 ? 'UNKNOWN' : 'RUNNING', 1_000 * (index + 1)),
    );

    const { transitions } = play(words).state;

    expect(transitions).toHaveLength(MAX_TRANSITIONS);
    expect(transitions.at(-1)?.at).toBe(150_000);
  });

  it('do not change when only the raw word does', () => {
    const { facts, state } = play([at('QUEUED', 1_000), { ...at('QUEUED', 2_000), rawStatus: 'Waiting' }]);

    expect(facts).toHaveLength(1);
    expect(state.snapshot?.rawStatus).toBe('Waiting');
  });
});

describe('a late older answer', () => {
  it('is dropped whole', () => {
    const { state } = play([at('QUEUED', 5_000, 10)]);

    expect(advance(state, at('RUNNING', 4_999, 90), 6_000, RULES)).toEqual({ state, facts: [] });
  });

  it('does not end an interruption: it says nothing about now', () => {
    const { state } = play([at('QUEUED', 5_000), toError('VENDOR_TIMEOUT')]);

    expect(advance(state, at('RUNNING', 4_999), 7_000, RULES)).toEqual({ state, facts: [] });
  });

  it('is one of the same instant no longer', () => {
    const { state } = play([at('QUEUED', 5_000)]);

    expect(advance(state, at('RUNNING', 5_000), 6_000, RULES).facts).toHaveLength(1);
  });
});

describe('progress', () => {
  it('is told when it grows, and never falls', () => {
    const { facts, state } = play([
      at('RUNNING', 1_000, 10),
      at('RUNNING', 2_000, 30),
      at('RUNNING', 3_000, 20),
      at('RUNNING', 4_000),
      at('RUNNING', 5_000, 40),
    ]);

    expect(facts.slice(1)).toEqual([
      { type: 'ExportProgressed', progress: { percent: 30, completedParts: null, totalParts: null } },
      { type: 'ExportProgressed', progress: { percent: 40, completedParts: null, totalParts: null } },
    ]);
    expect(state.snapshot?.progress?.percent).toBe(40);
  });

  it('keeps the further of each number', () => {
    const parts = (percent: number | null, completedParts: number | null, totalParts: number | null) => ({
      ...at('RUNNING', 1_000),
      progress: { percent, completedParts, totalParts },
    });

    const { state, facts } = play([parts(50, 5, null), parts(null, 4, 10), parts(40, 7, 9)]);

    expect(state.snapshot?.progress).toEqual({ percent: 50, completedParts: 7, totalParts: 10 });
    expect(facts).toHaveLength(3);
  });

  it('rides on a transition instead of being told twice', () => {
    const { facts } = play([at('QUEUED', 1_000, 0), at('RUNNING', 2_000, 10)]);

    expect(facts.map(({ type }) => type)).toEqual(['ExportSnapshot', 'ExportStatusChanged']);
  });
});

describe('vendor trouble', () => {
  it.each([
    'VENDOR_RATE_LIMITED',
    'VENDOR_TIMEOUT',
    'VENDOR_UNAVAILABLE',
    'VENDOR_BAD_RESPONSE',
    'VENDOR_UNAUTHENTICATED',
    'VENDOR_FORBIDDEN',
  ] as const)('interrupts once at %s, and resumes with the first good answer', (code) => {
    const { facts, state } = play([
      at('RUNNING', 1_000),
      toError(code),
      toError('VENDOR_TIMEOUT'),
      at('RUNNING', 4_000),
    ]);

    expect(facts.slice(1)).toEqual([
      { type: 'ExportWatchInterrupted', code },
      { type: 'ExportWatchResumed' },
    ]);
    expect(state.trouble).toBeNull();
  });

  it('counts failures and keeps the last known state', () => {
    const { state } = play([
      at('RUNNING', 1_000, 7),
      toError('VENDOR_TIMEOUT'),
      toError('VENDOR_UNAVAILABLE'),
    ]);

    expect(state.trouble).toEqual({
      code: 'VENDOR_UNAVAILABLE',
      failures: 2,
      refusals: 0,
      refusedSince: null,
    });
    expect(state.snapshot).toEqual(at('RUNNING', 1_000, 7));
  });

  it('is over before what the good answer brings is told', () => {
    const { facts } = play([
      toError('VENDOR_TIMEOUT'),
      at('QUEUED', 2_000),
      toError('VENDOR_TIMEOUT'),
      at('RUNNING', 4_000),
    ]);

    expect(facts.map(({ type }) => type)).toEqual([
      'ExportWatchInterrupted',
      'ExportWatchResumed',
      'ExportSnapshot',
      'ExportWatchInterrupted',
      'ExportWatchResumed',
      'ExportStatusChanged',
    ]);
  });

  it('fails for good after three refusals over five seconds', () => {
    const refused = toError('VENDOR_FORBIDDEN');

    expect(play([refused, refused, refused], null, 2_499).state.failed).toBeNull();
    expect(play([refused, refused], null, 60_000).state.failed).toBeNull();
    const { state, facts } = play([refused, refused, refused], null, 2_500);

    expect(state.failed).toEqual({ code: 'VENDOR_FORBIDDEN', message: refused.message });
    expect(facts.at(-1)).toEqual({ type: 'ExportWatchFailed', ...state.failed });
    expect(hasEnded(state)).toBe(true);
  });

  it('counts refusals across other trouble, and anew after a good answer', () => {
    const refused = toError('VENDOR_UNAUTHENTICATED');
    const slow = toError('VENDOR_TIMEOUT');

    expect(play([refused, slow, refused, slow, refused], null, 2_000).state.failed).not.toBeNull();
    expect(
      play([refused, refused, at('RUNNING', 9_000), refused, refused], null, 3_000).state.failed,
    ).toBeNull();
  });

  it('fails at once where the vendor has no such call', () => {
    expect(play([toError('UNSUPPORTED_BY_VENDOR')]).facts).toEqual([
      {
        type: 'ExportWatchFailed',
        code: 'UNSUPPORTED_BY_VENDOR',
        message: 'The vendor said UNSUPPORTED_BY_VENDOR.',
      },
    ]);
  });
});

describe('an export the vendor does not know', () => {
  it('is asked for again during the grace, in silence, then fails', () => {
    const missing = toError('EXPORT_NOT_FOUND');
    const began = startWatch(0);

    expect(advance(began, missing, 14_999, RULES)).toEqual({ state: began, facts: [] });
    expect(advance(began, missing, 15_000, RULES).facts).toEqual([
      { type: 'ExportWatchFailed', code: 'EXPORT_NOT_FOUND', message: missing.message },
    ]);
  });

  it('is EXPIRED once where it was seen before, with the last raw word', () => {
    const { state, facts } = play([
      at('RUNNING', 1_000, 30),
      toError('EXPORT_NOT_FOUND'),
      toError('EXPORT_NOT_FOUND'),
    ]);

    expect(facts.slice(1)).toEqual([{ type: 'ExportStatusChanged', from: 'RUNNING', to: 'EXPIRED' }]);
    expect(state.snapshot).toMatchObject({
      status: 'EXPIRED',
      rawStatus: 'running',
      files: [],
      observedAt: 2_000,
    });
    expect(state.transitions).toHaveLength(2);
  });

  it('ends an interruption first', () => {
    const { facts } = play([at('RUNNING', 1_000), toError('VENDOR_TIMEOUT'), toError('EXPORT_NOT_FOUND')]);

    expect(facts.slice(2).map(({ type }) => type)).toEqual(['ExportWatchResumed', 'ExportStatusChanged']);
  });
});

describe('a quiet export', () => {
  it('is told as stalled once per quiet period', () => {
    const quiet = [1, 61, 62, 200].map((second) => at('RUNNING', second * 1_000, 5));
    let state = startWatch(0);
    const told: unknown[] = [];
    for (const answer of [...quiet, at('RUNNING', 201_000, 6), at('RUNNING', 261_000, 6)]) {
      const step = advance(state, answer, answer.observedAt, RULES);
      state = step.state;
      told.push(...step.facts.filter(({ type }) => type === 'ExportStalled'));
    }

    expect(told).toEqual([
      { type: 'ExportStalled', since: 1_000 },
      { type: 'ExportStalled', since: 201_000 },
    ]);
  });

  it('is not stalled one millisecond early, nor once it has ended', () => {
    const { state } = advance(null, at('RUNNING', 1_000), 1_000, RULES);

    expect(advance(state, at('RUNNING', 60_999), 60_999, RULES).facts).toEqual([]);
    const ended = { ...at('SUCCEEDED', 99_000), updatedAt: 1_000 };
    expect(advance(null, ended, 99_000, RULES).facts).toEqual([{ type: 'ExportSnapshot' }]);
  });

  it('is not quiet where the vendor reports a change', () => {
    const { state } = advance(null, { ...at('RUNNING', 1_000), updatedAt: 1_000 }, 1_000, RULES);

    expect(advance(state, { ...at('RUNNING', 61_000), updatedAt: 60_500 }, 61_000, RULES).facts).toEqual([]);
  });
});

describe('a watch that begins again', () => {
  it('tells a snapshot to whoever waits for one, after what has changed', () => {
    const { state } = play([at('QUEUED', 1_000)]);
    const rules = { ...RULES, isSnapshotOwed: true };

    expect(advance(state, at('RUNNING', 9_000), 9_000, rules).facts.map(({ type }) => type)).toEqual([
      'ExportStatusChanged',
      'ExportSnapshot',
    ]);
    expect(advance(state, toError('VENDOR_TIMEOUT'), 9_000, rules).facts).toHaveLength(1);
  });

  it('forgets a failure and past refusals, but no interruption that was told', () => {
    const refused = toError('VENDOR_FORBIDDEN');
    const failed = play([at('RUNNING', 1_000), refused, refused, refused], null, 3_000).state;

    const again = restartWatch(failed, 99_000);

    expect(again).toMatchObject({ startedAt: 99_000, failed: null });
    expect(again.trouble).toMatchObject({ refusals: 0, refusedSince: null });
    expect(advance(again, at('RUNNING', 99_000), 99_000, RULES).facts[0]).toEqual({
      type: 'ExportWatchResumed',
    });
  });

  it('leaves what has ended as it is', () => {
    const { state } = play([at('SUCCEEDED', 1_000)]);

    expect(restartWatch(state, 99_000)).toBe(state);
  });
});
