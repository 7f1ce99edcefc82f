import type { DeliveryRecord, DeliveryResult, Store } from '../../export/store.ts';
import type { WebhookEndpoint } from '../../export/webhook-endpoint.ts';
import { Cancellation } from '../../runtime/cancellation.ts';
import type { Tools } from '../../runtime/tools.ts';
import { decideNext, logAttempt, type NextStep, type WebhookAttempt } from './attempt.ts';
import { EndpointTable } from './endpoint-table.ts';
import { TEST_TYPE } from './message.ts';
import { JITTER, toRetryAfterMs } from './retry-schedule.ts';
import { SEND_TIMEOUT_MS, type SendEnd, type WebhookSender } from './sender.ts';

/** What a dispatcher asks of the store. */
export type DeliveryStore = Pick<
  Store,
  'takeDeliveries' | 'settleDeliveries' | 'nextDeliveryAt' | 'wakeEndpoints'
>;

export interface DispatcherSettings {
  readonly store: DeliveryStore;
  readonly sender: Pick<WebhookSender, 'send' | 'sendTest'>;
  readonly endpoints: readonly WebhookEndpoint[];
  readonly tools: Pick<Tools, 'clock' | 'random' | 'log'>;
  readonly onAttempt?: ((attempt: WebhookAttempt) => void) | undefined;
}

/** Longer than any attempt with all that belongs to it: what is not settled by then belonged to a gateway that died. */
export const LEASE_MS = 60_000;
/** What another gateway owed and did not live to send is found within this time. */
const MAX_SLEEP_MS = 30_000;
const MIN_SLEEP_MS = 100;
/** How soon the store is asked again after trouble, doubling up to a bound. */
const BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 30_000;
/** Statuses whose `Retry-After` speaks of the whole endpoint. Source: RFC 9110, 15.6.4, and RFC 6585, 4; read 2026-11. */
const PAUSING: ReadonlySet<number | null> = new Set([429, 503]);

const NO_ANSWER = { status: null, retryAfterMs: undefined, durationMs: 0 };

interface Ended {
  readonly endpoint: string;
  readonly result: DeliveryResult;
}

/**
 * Sends what is owed: takes it from the store, gives it to the sender, writes down what came of it.
 *
 * An attempt keeps its place until its end is written, so that in the store's trouble nothing more is begun. An end that can never be
 * written is made up for by the lease: then the webhook is sent again, with the same id.
 */
export class WebhookDispatcher {
  private readonly settings: DispatcherSettings;
  private readonly endpoints: EndpointTable;
  private readonly stopping = new Cancellation();
  private readonly attempts = new Map<string, Promise<void>>();
  private ended: Ended[] = [];
  private isStarted = false;
  private isStopped = false;
  /** The pass under way; one at a time. */
  private passing: Promise<void> | null = null;
  private isWanted = false;
  /** Which endpoints of the configuration get nothing from any gateway, and are to be tried again. */
  private toWake: 'off' | 'all' | null = 'off';
  private failures = 0;
  private cancelTimer: (() => void) | undefined;

  constructor(settings: DispatcherSettings) {
    this.settings = settings;
    this.endpoints = new EndpointTable(settings.endpoints);
  }

  start(): void {
    this.isStarted = true;
    this.notify();
  }

  /** Something new is owed, or can be settled. Costs nothing where a pass is under way or the store is in trouble. */
  notify(): void {
    if (!this.isStarted || this.isStopped) return;
    this.isWanted = true;
    if (this.passing === null && this.failures === 0) this.pass();
  }

  /** The endpoints of a new configuration. What was switched off is tried again; what is gone gets nothing more. */
  replaceEndpoints(endpoints: readonly WebhookEndpoint[]): void {
    this.endpoints.replace(endpoints);
    this.toWake = 'all';
    this.notify();
  }

  /** True for an endpoint that answered 410 since the last reload. */
  isOff(key: string): boolean {
    return this.endpoints.isOff(key);
  }

  /** Tries an endpoint out, once and at once, one that is switched off too; null where there is none of this key. */
  async sendTest(key: string): Promise<WebhookAttempt | null> {
    const endpoint = this.endpoints.get(key);
    if (endpoint === undefined) return null;
    const { id, outcome, result, durationMs } = await this.settings.sender.sendTest(endpoint);
    const attempt: WebhookAttempt = {
      tenant: endpoint.tenant,
      endpoint: key,
      delivery: id,
      type: TEST_TYPE,
      exportId: null,
      attempt: 1,
      result,
      durationMs,
      status: outcome === 'delivered' ? 'delivered' : 'given-up',
    };
    this.report(attempt);
    return attempt;
  }

  /**
   * Begins nothing more, lets attempts under way end within the bound, and gives back what has not ended by then.
   *
   * @param boundMs - for the attempts, and once more for what is to be written down
   */
  async stop(boundMs = SEND_TIMEOUT_MS): Promise<void> {
    if (this.isStopped) return;
    this.isStopped = true;
    this.cancelTimer?.();
    await this.within(boundMs, this.finishAttempts());
    this.stopping.abort();
    await this.within(boundMs, this.finishAttempts());
  }

  /** Each end is written down at once: who waits for this may not live to see the last. Store trouble leaves the rest to the lease. */
  private async finishAttempts(): Promise<void> {
    await this.passing;
    const settled = [...this.attempts.values()].map((attempt) => attempt.then(() => this.settle()));
    await Promise.allSettled(settled);
  }

  private async within(boundMs: number, work: Promise<void>): Promise<void> {
    let cancel: (() => void) | undefined;
    const bound = new Promise<void>((resolve) => {
      cancel = this.settings.tools.clock.setTimer(boundMs, resolve);
    });
    await Promise.race([work, bound]).finally(() => cancel?.());
  }

  private pass(): void {
    this.cancelTimer?.();
    this.passing = this.work()
      .then(
        (sleepMs) => this.onPassed(sleepMs),
        (error: unknown) => this.onTrouble(error),
      )
      .then((sleepMs) => {
        this.passing = null;
        if (this.isStopped) return;
        if (this.isWanted && this.failures === 0) this.pass();
        else this.cancelTimer = this.settings.tools.clock.setTimer(sleepMs, () => this.pass());
      });
  }

  /** @returns how long there is nothing to do */
  private async work(): Promise<number> {
    do {
      this.isWanted = false;
      await this.settle();
      if (!this.isStopped) await this.takeAll();
      if (!this.isStopped) await this.wake();
    } while (this.isWanted && !this.isStopped);
    return this.isStopped ? 0 : this.untilNextMs();
  }

  private onPassed(sleepMs: number): number {
    if (this.failures > 0) this.settings.tools.log.info({}, 'Webhooks are sent again: the store is back.');
    this.failures = 0;
    return sleepMs;
  }

  private onTrouble(error: unknown): number {
    const { random, log } = this.settings.tools;
    if (this.failures === 0) {
      const cause = error instanceof Error ? error.name : 'unknown';
      log.warn({ cause }, 'Webhooks wait: the store cannot be reached. They are sent when it is back.');
    }
    const delayMs = Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** this.failures);
    this.failures += 1;
    return delayMs * (1 - JITTER * random.next());
  }

  private async untilNextMs(): Promise<number> {
    const now = this.settings.tools.clock.now();
    // Those that are full are woken by the end of an attempt.
    const dueAt = await this.settings.store.nextDeliveryAt(this.endpoints.room(now).busy);
    const freeAt = this.endpoints.nextAt(now);
    const nextAt = Math.min(dueAt ?? Number.POSITIVE_INFINITY, freeAt ?? Number.POSITIVE_INFINITY);
    return Math.min(MAX_SLEEP_MS, Math.max(MIN_SLEEP_MS, nextAt - this.settings.tools.clock.now()));
  }

  /** Writes down what has ended; together, where several have. */
  private async settle(): Promise<void> {
    const batch = this.ended;
    if (batch.length === 0) return;
    this.ended = [];
    try {
      await this.settings.store.settleDeliveries(batch.map(({ result }) => result));
    } catch (error) {
      this.ended = [...batch, ...this.ended];
      throw error;
    }
    for (const { endpoint, result } of batch) {
      this.endpoints.end(endpoint);
      this.attempts.delete(result.id);
    }
  }

  /** A start and a reload try again what has been switched off, by whichever gateway; a reload also what asked to be left alone. */
  private async wake(): Promise<void> {
    const { toWake } = this;
    if (toWake === null) return;
    this.toWake = null;
    const keys = this.endpoints.all.map(({ key }) => key);
    try {
      if (await this.settings.store.wakeEndpoints(keys, toWake)) this.isWanted = true;
    } catch (error) {
      this.toWake ??= toWake;
      throw error;
    }
  }

  private async takeAll(): Promise<void> {
    const { store, tools } = this.settings;
    for (;;) {
      const now = tools.clock.now();
      const room = this.endpoints.room(now);
      const taken = await store.takeDeliveries({ now, ...room, leaseMs: LEASE_MS });
      for (const record of taken) this.begin(record, now);
      if (this.isStopped || !mayHaveMore(taken, room.perEndpoint, room.limit)) return;
    }
  }

  private begin(record: DeliveryRecord, now: number): void {
    // It was taken again under an attempt that outlived its lease: that one will tell how it ends.
    if (this.attempts.has(record.id)) return;
    const endpoint = this.endpoints.get(record.endpoint);
    if (endpoint?.tenant !== record.tenant) {
      // A key that has gone to another tenant is another endpoint.
      if (endpoint !== undefined || this.endpoints.isGone(record.endpoint, now)) this.giveUp(record, now);
      return;
    }
    this.endpoints.begin(record.endpoint);
    this.attempts.set(record.id, this.attempt(endpoint, record));
  }

  private giveUp(record: DeliveryRecord, now: number): void {
    this.endpoints.begin(record.endpoint);
    this.attempts.set(record.id, Promise.resolve());
    this.end(record, { ...NO_ANSWER, outcome: 'failed', result: 'no-endpoint' }, now, {
      status: 'given-up',
      nextAttemptAt: null,
    });
  }

  private async attempt(endpoint: WebhookEndpoint, record: DeliveryRecord): Promise<void> {
    const { sender, tools } = this.settings;
    const end = await sender.send(endpoint, record, this.stopping).catch(
      // Nothing that a receiver does: such as a secret that cannot sign.
      (): SendEnd => ({ ...NO_ANSWER, outcome: 'failed', result: 'error' }),
    );
    const now = tools.clock.now();
    // Of another configuration by now, it says nothing of this one's endpoint.
    const isCurrent = this.endpoints.get(endpoint.key) === endpoint;
    const restsUntil = isCurrent ? this.heed(endpoint, end, now) : undefined;
    const next = decideNext(end, record.attempts + 1, now, tools.random.next());
    this.end(record, end, now, { ...next, restsUntil });
  }

  /** What an answer says of its endpoint as a whole. @returns how long it gets nothing, from no gateway */
  private heed({ key, tenant }: WebhookEndpoint, end: SendEnd, now: number): DeliveryResult['restsUntil'] {
    if (end.outcome === 'gone' && !this.endpoints.isOff(key)) {
      this.endpoints.switchOff(key);
      this.settings.tools.log.warn(
        { tenant, endpoint: key },
        'A webhook endpoint answered 410 and is switched off until the configuration is reloaded.',
      );
    }
    if (end.outcome === 'gone') return null;
    if (!PAUSING.has(end.status) || end.retryAfterMs === undefined) return undefined;
    const until = now + toRetryAfterMs(end.retryAfterMs);
    this.endpoints.pause(key, until);
    return until;
  }

  private end(record: DeliveryRecord, { result, durationMs }: SendEnd, now: number, next: NextStep): void {
    const { id, tenant, endpoint, type, key, attempts } = record;
    const { status } = next;
    const told = { tenant, endpoint, delivery: id, type, exportId: key.id, attempt: attempts + 1 };
    this.report({ ...told, result, durationMs, status });
    this.ended.push({ endpoint, result: { id, ...next, lastResult: result, at: now } });
    this.notify();
  }

  private report(attempt: WebhookAttempt): void {
    const { onAttempt, tools } = this.settings;
    onAttempt?.(attempt);
    logAttempt(tools.log, attempt);
  }
}

/** False where the store has shown that it has no more for those that can take more. */
function mayHaveMore(taken: readonly DeliveryRecord[], perEndpoint: number, limit: number): boolean {
  if (taken.length >= limit) return taken.length > 0;
  const counts = new Map<string, number>();
  for (const { endpoint } of taken) counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1);
  return [...counts.values()].some((count) => count >= perEndpoint);
}
