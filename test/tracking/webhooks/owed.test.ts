import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VendorError } from '../../../src/export/errors.ts';
import type { ExportFact } from '../../../src/export/events.ts';
import type { ExportStatus } from '../../../src/export/export.ts';
import type { Reading } from '../../../src/export/ports.ts';
import { WEBHOOK_EVENT_TYPES } from '../../../src/export/store.ts';
import {
  advance,
  hasEnded,
  relearn,
  restartWatch,
  startWatch,
  type WatchedState,
} from '../../../src/export/transitions.ts';
import { DEFAULT_WEBHOOK_EVENTS } from '../../../src/export/webhook-endpoint.ts';
import { findHappenings, type TrackedStep, toOwed } from '../../../src/tracking/webhooks/owed.ts';
import { toKey, toSnapshot } from '../../export/support.ts';
import { toEndpoint } from './support.ts';

const KEY = toKey('7');
const RULES = { stallAfterMs: 60_000 };
const TRACKED = { tenant: 'default', key: KEY, identity: 'default/admit', label: 'May', trackedAt: 500 };
const ALL = toEndpoint({ events: WEBHOOK_EVENT_TYPES });

function at(status: ExportStatus, observedAt: number): Reading {
  return toSnapshot(KEY, { status, rawStatus: status.toLowerCase(), observedAt });
}

const FORBIDDEN = new VendorError({
  code: 'UNSUPPORTED_BY_VENDOR',
  message: 'No.',
  vendor: 'web-admit',
  account: 'admit',
});

/** Reads in turn, a second apart from 1,000 on. */
function play(readings: readonly Reading[], from: WatchedState | null = null): WatchedState {
  let state = from ?? startWatch(0);
  for (const reading of readings) {
    const now = Math.max(1_000, (state.snapshot?.observedAt ?? 0) + 1_000);
    state = advance(state, reading, now, RULES).state;
  }
  return state;
}

function step(
  before: WatchedState | null,
  after: WatchedState | null,
  fact: ExportFact | null = null,
): TrackedStep {
  return { tracked: TRACKED, before, after, fact, at: 9_000 };
}

function typesOf(...given: Parameters<typeof step>): readonly string[] {
  return findHappenings(step(...given)).map(({ type }) => type);
}

const queued = play([at('QUEUED', 1_000)]);
const running = play([at('RUNNING', 2_000)], queued);

describe('what happened', () => {
  it.each([
    ['SUCCEEDED', 'export.succeeded'],
    ['FAILED', 'export.failed'],
    ['CANCELED', 'export.canceled'],
    ['EXPIRED', 'export.expired'],
  ] as const)('is, where %s follows RUNNING, %s', (status, type) => {
    const after = play([at(status, 3_000)], running);

    expect(findHappenings(step(running, after))).toEqual([
      { type, discriminator: '', at: 3_000, snapshot: after.snapshot },
    ]);
  });

  it.each(['QUEUED', 'CANCELING', 'UNKNOWN'] as const)('is nothing to tell of where it is %s', (status) => {
    expect(typesOf(null, play([at(status, 1_000)]))).toEqual([]);
  });

  it('is that it runs, once', () => {
    const again = play([at('UNKNOWN', 3_000), at('RUNNING', 4_000)], running);

    expect(typesOf(queued, running)).toEqual(['export.running']);
    expect(typesOf(running, again)).toEqual([]);
    expect(typesOf(play([at('UNKNOWN', 3_000)], running), again)).toEqual([]);
  });

  it('is that it was tracked, with what is known of it then', () => {
    const fact: ExportFact = { type: 'ExportTracked', exportId: KEY.id };

    expect(findHappenings(step(null, null, fact))).toEqual([
      { type: 'export.tracked', discriminator: '500', at: 500, snapshot: null },
    ]);
    expect(typesOf(null, running, fact)).toEqual(['export.tracked', 'export.running']);
    expect(typesOf(null, play([at('SUCCEEDED', 3_000)], queued), fact)).toEqual([
      'export.tracked',
      'export.succeeded',
    ]);
  });

  it('is not what was over before it was tracked', () => {
    const done = play([at('SUCCEEDED', 3_000)], running);
    const tracked = { ...TRACKED, trackedAt: 3_500 };

    expect(findHappenings({ ...step(null, done), tracked }).map(({ type }) => type)).toEqual([
      'export.succeeded',
    ]);
  });

  it('is that it stands still, once for each standstill', () => {
    const still = advance(running, at('RUNNING', 62_000), 62_000, RULES);
    const later = advance(still.state, at('RUNNING', 63_000), 63_000, RULES);

    expect(still.facts).toContainEqual({ type: 'ExportStalled', since: 2_000 });
    expect(findHappenings(step(running, still.state))).toEqual([
      { type: 'export.stalled', discriminator: '2000', at: 9_000, snapshot: still.state.snapshot },
    ]);
    expect(typesOf(still.state, later.state)).toEqual([]);
    expect(typesOf(running, later.state)).toEqual(['export.stalled']);
  });

  it('is that it stood still, where only the fact still tells', () => {
    expect(typesOf(running, running, { type: 'ExportStalled', since: 1_500 })).toEqual(['export.stalled']);
  });

  it('is that it cannot be followed any more, once for each watch', () => {
    const failed = advance(running, FORBIDDEN, 5_000, RULES).state;
    const next = restartWatch(failed, 6_000);
    const failedAgain = advance(next, FORBIDDEN, 7_000, RULES).state;

    expect(findHappenings(step(running, failed))).toEqual([
      { type: 'export.watch_failed', discriminator: '0', at: 9_000, snapshot: running.snapshot },
    ]);
    expect(typesOf(failed, failed)).toEqual([]);
    expect(typesOf(failed, next)).toEqual([]);
    expect(findHappenings(step(failed, failedAgain)).map(({ discriminator }) => discriminator)).toEqual([
      '6000',
    ]);
  });

  it('is an end that was learnt after the watch had failed', () => {
    const failed = advance(running, FORBIDDEN, 5_000, RULES).state;
    const known = relearn(failed, toSnapshot(KEY, { status: 'SUCCEEDED', observedAt: 8_000 }), 8_000);

    expect(typesOf(failed, known)).toEqual(['export.succeeded']);
  });

  it('is found where several transitions lie between two writings, each as it was', () => {
    const done = play([at('RUNNING', 2_000), at('SUCCEEDED', 3_000)], queued);

    expect(findHappenings(step(queued, done))).toMatchObject([
      {
        type: 'export.running',
        at: 2_000,
        snapshot: { status: 'RUNNING', rawStatus: 'running', outcome: null },
      },
      { type: 'export.succeeded', at: 3_000, snapshot: { status: 'SUCCEEDED' } },
    ]);
    expect(typesOf(null, done)).toEqual(['export.running', 'export.succeeded']);
  });

  it('is nothing where nothing changed', () => {
    expect(typesOf(running, running)).toEqual([]);
    expect(typesOf(null, null)).toEqual([]);
    expect(typesOf(running, play([at('RUNNING', 3_000)], running))).toEqual([]);
  });
});

describe('what is owed', () => {
  const done = play([at('SUCCEEDED', 3_000)], running);
  const ended = step(running, done);

  it('is one delivery for each endpoint that wants it', () => {
    const endpoints = [
      toEndpoint({ key: 'all' }),
      toEndpoint({ key: 'other-tenant', tenant: 'other' }),
      toEndpoint({ key: 'other-events', events: ['export.failed'] }),
      toEndpoint({ key: 'vendor', vendors: ['web-admit', 'talkdesk'] }),
      toEndpoint({ key: 'other-vendor', vendors: ['talkdesk'] }),
      toEndpoint({ key: 'account', accounts: ['admit'] }),
      toEndpoint({ key: 'other-account', accounts: ['desk'] }),
      toEndpoint({ key: 'both', vendors: ['web-admit'], accounts: ['desk'] }),
    ];

    const owed = toOwed(ended, endpoints);

    expect(owed.map(({ endpoint }) => endpoint)).toEqual(['all', 'vendor', 'account']);
    expect(owed[0]).toEqual({
      id: expect.stringMatching(/^msg_[\w-]{32}$/),
      endpoint: 'all',
      tenant: 'default',
      type: 'export.succeeded',
      at: 3_000,
      key: KEY,
      identity: 'default/admit',
      label: 'May',
      snapshot: done.snapshot,
    });
  });

  it('is all that ends an export, and that a watch failed, where nothing else is asked for', () => {
    expect([...DEFAULT_WEBHOOK_EVENTS].sort()).toEqual([
      'export.canceled',
      'export.expired',
      'export.failed',
      'export.succeeded',
      'export.watch_failed',
    ]);
  });

  it('has the same id whoever finds it, and whenever', () => {
    const [first] = toOwed(ended, [ALL]);
    const [second] = toOwed({ ...step(queued, done), at: 99_000 }, [ALL]).slice(-1);

    expect(second?.id).toBe(first?.id);
    // As written by the first version: another spelling would send everything twice after an update.
    expect(first?.id).toBe('msg_vrvjNjaXTN0JaWJeNjS0HPqFivnTWFvy');
  });

  it('has an id of its own for each endpoint, tenant, export, type and occasion', () => {
    const fact: ExportFact = { type: 'ExportTracked', exportId: KEY.id };
    const tracked = (overrides: Partial<typeof TRACKED>) => ({
      ...step(null, done, fact),
      tracked: { ...TRACKED, ...overrides },
    });
    const ids = [
      ...toOwed(tracked({}), [ALL, toEndpoint({ key: 'other', events: WEBHOOK_EVENT_TYPES })]),
      ...toOwed(tracked({ key: toKey('8') }), [ALL]),
      ...toOwed(tracked({ tenant: 'other' }), [toEndpoint({ tenant: 'other', events: WEBHOOK_EVENT_TYPES })]),
      ...toOwed(tracked({ trackedAt: 501 }), [toEndpoint({ events: ['export.tracked'] })]),
    ].map(({ id }) => id);

    expect(ids).toHaveLength(13);
    expect(new Set(ids).size).toBe(13);
  });
});

describe('any history', () => {
  const word = fc.constantFrom<ExportStatus | 'refused'>(
    'QUEUED',
    'RUNNING',
    'CANCELING',
    'UNKNOWN',
    'SUCCEEDED',
    'FAILED',
    'EXPIRED',
    'refused',
  );
  const history = fc.array(
    fc.record({ word, pauseMs: fc.constantFrom(1_000, 61_000), isWritten: fc.boolean() }),
    {
      minLength: 1,
      maxLength: 25,
    },
  );

  it('owes the same, however few of its states were written, but for what is over by then', () => {
    let ends = 0;
    fc.assert(
      fc.property(history, (parts) => {
        const every: string[] = [];
        const some: string[] = [];
        let state: WatchedState | null = null;
        let seen: WatchedState | null = null;
        let written: WatchedState | null = null;
        let now = 1_000;
        const owe = (before: WatchedState | null, after: WatchedState, facts: readonly ExportFact[] = []) =>
          [null, ...facts].flatMap((fact) =>
            toOwed({ tracked: TRACKED, before, after, fact, at: now }, [ALL]).map(
              ({ id, type }) => `${type} ${id}`,
            ),
          );
        for (const [index, { word: said, pauseMs, isWritten }] of parts.entries()) {
          now += pauseMs;
          const reading = said === 'refused' ? FORBIDDEN : at(said, now);
          const { state: after, facts } = advance(state, reading, now, RULES);
          every.push(...owe(seen, after, facts));
          seen = after;
          if (isWritten || index === parts.length - 1) {
            some.push(...owe(written, after));
            written = after;
          }
          state = hasEnded(after) ? restartWatch(after, now) : after;
        }
        const lasting = (ids: readonly string[]) =>
          [...new Set(ids.filter((id) => !/^export\.(stalled|watch_failed) /.test(id)))].sort();
        if (every.some((id) => /succeeded|expired|failed /.test(id))) ends += 1;

        expect(lasting(some)).toEqual(lasting(every));
        expect(every).toEqual(expect.arrayContaining(some));
        expect(lasting(every).filter((id) => id.startsWith('export.running'))).toHaveLength(
          parts.some(({ word: said }) => said === 'RUNNING') &&
            every.some((id) => id.startsWith('export.running'))
            ? 1
            : 0,
        );
      }),
      { numRuns: 1_000, seed: 9 },
    );
    expect(ends).toBeGreaterThan(200);
  });
});
