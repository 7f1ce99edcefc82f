import { GRAMMARS } from '../grammar.ts';
import type { Fields } from '../read.ts';
import { toGlobalId } from './global-id.ts';

/** `QUEUED`, `RUNNING@40`, `SUCCEEDED`, `SUCCEEDED:EMPTY`, `FAILED:why`, `ERROR:EXPORT_NOT_FOUND`, or the fields of an answer. */
export type FakeStep = string | Readonly<Record<string, unknown>>;

const TERMINAL = new Set(['SUCCEEDED', 'FAILED', 'CANCELED', 'EXPIRED']);
const LINK_MS = 900_000;

/** An export of a script: who it is, and the steps that it takes. */
export class ScriptedExport {
  readonly id: string;
  readonly vendor: string;
  readonly account: string;
  /** In the order in which they stand in its name. */
  readonly idNames: readonly string[];
  label: string | null = null;
  isTracked = true;
  private steps: readonly FakeStep[];
  readonly startedAt: number;
  private readonly stepMs: number;
  private readonly fields: Fields;

  /** @param name - as `VENDOR:IDS` or `ACCOUNT@VENDOR:IDS` */
  constructor(name: string, steps: readonly FakeStep[], startedAt: number, stepMs: number) {
    const [, account, vendor = '', ids = ''] = /^(?:([^@:]*)@)?([^@:]*):(.*)$/s.exec(name) ?? [];
    const values = ids.split('/');
    const grammar = GRAMMARS.get(vendor);
    const all = grammar === undefined ? values.map((_, index) => `id${index}`) : Object.keys(grammar.ids);
    const given = all.slice(all.length - values.length);
    this.fields = Object.fromEntries(given.map((field, index) => [field, values[index]]));
    this.idNames = all;
    this.vendor = vendor;
    this.account = account ?? vendor;
    const named = all.map((field, index) =>
      index === 0 && grammar?.first === 'hint' ? null : ((this.fields[field] as string | undefined) ?? null),
    );
    this.id = toGlobalId(vendor, this.account, named);
    this.steps = steps;
    this.startedAt = startedAt;
    this.stepMs = stepMs;
  }

  /** Ends it here. */
  cancel(now: number): void {
    if (this.isTerminal(now)) return;
    this.steps = [...this.steps.slice(0, this.stepAt(now)), 'CANCELED'];
  }

  isTerminal(now: number): boolean {
    const wire = this.at(now);
    return 'code' in wire || wire.isTerminal === true;
  }

  nextStepAfter(step: number): number {
    const next = step + 1;
    return next < this.steps.length ? this.startedAt + next * this.stepMs : Number.POSITIVE_INFINITY;
  }

  stepAt(now: number): number {
    return Math.max(0, Math.min(this.steps.length - 1, Math.floor((now - this.startedAt) / this.stepMs)));
  }

  /** The answer's export as it is then, or the error that stands in its place. */
  at(now: number): Fields {
    const index = this.stepAt(now);
    const step = this.steps[index] ?? 'QUEUED';
    const own = typeof step === 'string' ? toFieldsOf(step) : step;
    if (own.status === 'ERROR') {
      return { code: own.reason, message: `${this.vendor} cannot be read: ${String(own.reason)}.` };
    }
    const status = String(own.status ?? 'UNKNOWN');
    const time = (ms: number): string => new Date(ms).toISOString();
    const isTerminal = TERMINAL.has(status);
    return {
      __typename: `${this.vendor}Export`,
      id: this.id,
      vendor: { key: this.vendor, name: this.vendor },
      account: { key: this.account },
      name: null,
      rawStatus: status.toLowerCase(),
      isTerminal,
      outcome: status === 'SUCCEEDED' ? 'COMPLETE' : null,
      failure: null,
      progress: null,
      createdAt: time(this.startedAt),
      startedAt: null,
      updatedAt: time(this.startedAt + index * this.stepMs),
      finishedAt: isTerminal ? time(this.startedAt + index * this.stepMs) : null,
      files: status === 'SUCCEEDED' && own.outcome !== 'EMPTY' ? [this.toFile(now)] : isTerminal ? [] : null,
      observation: { observedAt: time(now), nextPollAt: null, throttledUntil: null, isStale: false },
      transitions: this.transitionsUpTo(index),
      tracking: this.isTracked
        ? {
            label: this.label,
            startedHere: false,
            trackedBy: null,
            trackedAt: time(this.startedAt),
            keptUntil: null,
          }
        : null,
      estimate: null,
      ...this.fields,
      ...own,
      status,
    };
  }

  private toFile(now: number): Fields {
    return {
      name: `${this.vendor}.csv`,
      mediaType: 'text/csv',
      url: `https://waybill.example/files/${this.id}`,
      urlExpiresAt: new Date(now + LINK_MS).toISOString(),
      availableUntil: null,
    };
  }

  private transitionsUpTo(last: number): readonly Fields[] {
    const statuses = this.steps.slice(0, last + 1).map((step) => {
      return String((typeof step === 'string' ? toFieldsOf(step) : step).status);
    });
    return statuses.flatMap((to, index) => {
      const from = statuses[index - 1] ?? null;
      const at = new Date(this.startedAt + index * this.stepMs).toISOString();
      return from === to ? [] : [{ from, to, rawStatus: to.toLowerCase(), at }];
    });
  }
}

function toFieldsOf(step: string): Fields {
  const [, status = '', percent, reason] = /^([^@:]*)(?:@([\d.]+))?(?::(.*))?$/s.exec(step) ?? [];
  return {
    status,
    ...(percent === undefined ? {} : { progress: { percent: Number(percent) } }),
    ...(status === 'SUCCEEDED' && reason !== undefined ? { outcome: reason } : {}),
    ...(status === 'FAILED' ? { failure: { message: reason ?? 'It failed.', isRetryable: false } } : {}),
    ...(status === 'ERROR' ? { reason: reason ?? 'EXPORT_NOT_FOUND' } : {}),
  };
}
