import { VendorError } from '../../src/export/errors.ts';
import type { ExportSnapshot, ExportStatus } from '../../src/export/export.ts';
import type { Reading } from '../../src/export/ports.ts';
import type { Random } from '../../src/runtime/clock.ts';
import { toError, toSnapshot } from './fake-account.ts';

/** One state of the real job, and how long it lasts. */
interface Step {
  readonly status: ExportStatus;
  readonly lastsMs: number;
}

const FAULTS = [
  'server-error',
  'timeout',
  'garbage',
  'throttled',
  'credential',
  'late',
  'lagging',
  'duplicate',
  'unknown-word',
] as const;

/**
 * One export's real life, and a vendor that tells of it badly: the truth against which a watch is held.
 *
 * What the watch should have told is written down here independently of how it decides: each answer that was new and true.
 */
export class FaultScript {
  /** The statuses a subscriber must be told, in order: truths and unknown words as they were first sampled. */
  readonly told: ExportStatus[] = [];
  /** Every status that was answered, in order. Where gateways go, answers are lost with them: then these are what they may tell of. */
  readonly served: ExportStatus[] = [];
  /** Times a vendor was asked after it had told an end. */
  asksAfterEnd = 0;
  private readonly id: string;
  private readonly random: Random;
  private readonly faultRate: number;
  private readonly steps: readonly Step[];
  private startedAt: number | null = null;
  private readonly answers: ExportSnapshot[] = [];
  private knownRank = -1;

  constructor(id: string, random: Random, longestMs: number) {
    this.id = id;
    this.random = random;
    this.faultRate = random.next() * 0.7;
    this.steps = createLife(random, longestMs);
  }

  /** What the vendor answers at that moment. */
  answer(now: number): Reading {
    const reading = this.read(now);
    if (!(reading instanceof VendorError)) this.served.push(reading.status);
    return reading;
  }

  private read(now: number): Reading {
    this.startedAt ??= now;
    if (this.hasToldEnd) this.asksAfterEnd += 1;
    const fault = FAULTS[Math.floor(this.random.next() * FAULTS.length)];
    if (this.random.next() >= this.faultRate || fault === undefined) return this.tell(this.look(now));
    switch (fault) {
      case 'server-error':
        return toError('VENDOR_UNAVAILABLE');
      case 'timeout':
        return toError('VENDOR_TIMEOUT');
      case 'garbage':
        return toError('VENDOR_BAD_RESPONSE');
      case 'throttled':
        return toError(
          'VENDOR_RATE_LIMITED',
          this.random.next() < 0.5 ? undefined : 50 + this.random.next() * 3_000,
        );
      case 'credential':
        // Never three in a row: those would rightly fail the watch.
        return this.random.next() < 0.02 ? toError('VENDOR_UNAUTHENTICATED') : toError('VENDOR_TIMEOUT');
      case 'late':
        return (
          this.answers[Math.floor(this.random.next() * this.answers.length)] ?? toError('VENDOR_TIMEOUT')
        );
      case 'duplicate':
        return this.answers.at(-1) ?? toError('VENDOR_TIMEOUT');
      case 'lagging':
        return this.tell({
          ...this.look(Math.max(this.startedAt, now - this.random.next() * 20_000)),
          observedAt: now,
        });
      case 'unknown-word':
        return this.tell(toSnapshot(this.id, 'UNKNOWN', now, { rawStatus: 'Wibbling' }));
    }
  }

  get hasToldEnd(): boolean {
    return this.knownRank === 3;
  }

  /** The truth. */
  private look(now: number): ExportSnapshot {
    let since = now - (this.startedAt ?? now);
    const whole = this.steps.reduce((sum, step) => sum + step.lastsMs, 0);
    const percent = Math.min(100, Math.floor((100 * since) / whole));
    let status = this.steps.at(-1)?.status ?? 'RUNNING';
    for (const step of this.steps) {
      if (since < step.lastsMs) {
        status = step.status;
        break;
      }
      since -= step.lastsMs;
    }
    const progress = { percent, completedParts: Math.floor(percent / 10), totalParts: 10 };
    return toSnapshot(this.id, status, now, { progress });
  }

  /** Writes down what a subscriber must be told of this answer: nothing where it repeats, or falls back. */
  private tell(answer: ExportSnapshot): ExportSnapshot {
    this.answers.push(answer);
    if (this.hasToldEnd) return answer;
    const rank = ORDER.findIndex((statuses) => statuses.includes(answer.status));
    const isFallback = answer.status !== 'UNKNOWN' && rank < this.knownRank;
    if (!isFallback && this.told.at(-1) !== answer.status) this.told.push(answer.status);
    this.knownRank = Math.max(this.knownRank, rank);
    return answer;
  }
}

/** How far a status is. */
export const ORDER: readonly (readonly ExportStatus[])[] = [
  ['QUEUED'],
  ['RUNNING'],
  ['CANCELING'],
  ['SUCCEEDED', 'FAILED', 'CANCELED', 'EXPIRED'],
];

function createLife(random: Random, longestMs: number): Step[] {
  const lasts = () => Math.floor(random.next() ** 2 * longestMs);
  const steps: Step[] = [];
  if (random.next() < 0.8) steps.push({ status: 'QUEUED', lastsMs: lasts() });
  if (random.next() < 0.9) steps.push({ status: 'RUNNING', lastsMs: lasts() });
  if (random.next() < 0.2) {
    steps.push({ status: 'CANCELING', lastsMs: lasts() }, { status: 'CANCELED', lastsMs: 0 });
  } else {
    steps.push({ status: random.next() < 0.7 ? 'SUCCEEDED' : 'FAILED', lastsMs: 0 });
  }
  return steps;
}
