import type { Export } from '@waybill/client';

export const NOW = Date.parse('2026-11-22T10:00:00.000Z');
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

const PHASES: Readonly<Record<string, Export['phase']>> = {
  QUEUED: 'waiting',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CANCELED: 'gone',
  EXPIRED: 'gone',
};

/** An export of Hi Energy that runs, but for what is given. */
export function shown(more: Partial<Export> = {}): Export {
  const { status = 'RUNNING' } = more;
  const phase = PHASES[status] ?? 'moving';
  return {
    id: 'one',
    vendor: 'hi-energy',
    vendorName: 'Hi Energy',
    account: 'hi',
    name: 'Deals',
    label: null,
    status,
    rawStatus: status.toLowerCase(),
    phase,
    isTerminal: phase !== 'waiting' && phase !== 'moving',
    percent: null,
    parts: null,
    outcome: status === 'SUCCEEDED' ? 'COMPLETE' : null,
    failure: null,
    createdAt: null,
    startedAt: null,
    updatedAt: null,
    finishedAt: null,
    files: null,
    transitions: [],
    tracking: null,
    estimate: null,
    asOf: new Date(NOW),
    isStale: false,
    stalledSince: null,
    throttledUntil: null,
    trouble: null,
    nextPollAt: null,
    hasGap: false,
    details: {},
    ...more,
  };
}
