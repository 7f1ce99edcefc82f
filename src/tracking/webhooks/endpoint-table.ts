import type { WebhookEndpoint } from '../../export/webhook-endpoint.ts';

/** As many attempts are under way at one endpoint, */
export const MAX_PER_ENDPOINT = 4;
/** and as many in all; but every endpoint may always have one, so that slow ones never hold up another. */
export const MAX_IN_ALL = 64;
/**
 * An endpoint that this process has never known may be one of a configuration that reached another gateway first: what is owed to it
 * waits so long, in milliseconds.
 */
export const UNKNOWN_GRACE_MS = 600_000;

/** How much may be begun now. */
export interface Room {
  /** Endpoints that get none. */
  readonly busy: ReadonlySet<string>;
  readonly perEndpoint: number;
  readonly limit: number;
}

/** The endpoints of the configuration, and what each can take at the moment. */
export class EndpointTable {
  private endpoints: ReadonlyMap<string, WebhookEndpoint>;
  private readonly underWay = new Map<string, number>();
  private total = 0;
  /** Those that answered 410, until a reload. */
  private readonly off = new Set<string>();
  /** Those that asked to be left alone, and until when. */
  private readonly pausedUntil = new Map<string, number>();
  /** Those of earlier configurations of this process. */
  private readonly removed = new Set<string>();
  /** Those that no configuration here had, and until when what is owed to them waits. */
  private readonly unknownUntil = new Map<string, number>();

  constructor(endpoints: readonly WebhookEndpoint[]) {
    this.endpoints = toMap(endpoints);
  }

  get all(): readonly WebhookEndpoint[] {
    return [...this.endpoints.values()];
  }

  get(key: string): WebhookEndpoint | undefined {
    return this.endpoints.get(key);
  }

  isOff(key: string): boolean {
    return this.off.has(key);
  }

  /** A reload: what was switched off or paused is tried again. */
  replace(endpoints: readonly WebhookEndpoint[]): void {
    for (const key of this.endpoints.keys()) this.removed.add(key);
    this.endpoints = toMap(endpoints);
    for (const key of this.endpoints.keys()) this.removed.delete(key);
    this.off.clear();
    this.pausedUntil.clear();
    this.unknownUntil.clear();
  }

  switchOff(key: string): void {
    this.off.add(key);
  }

  pause(key: string, until: number): void {
    this.pausedUntil.set(key, Math.max(until, this.pausedUntil.get(key) ?? 0));
  }

  /** Whether what is owed to an endpoint that is not in the configuration is to be given up. */
  isGone(key: string, now: number): boolean {
    if (this.removed.has(key)) return true;
    const until = this.unknownUntil.get(key) ?? now + UNKNOWN_GRACE_MS;
    this.unknownUntil.set(key, until);
    return until <= now;
  }

  begin(key: string): void {
    this.total += 1;
    this.underWay.set(key, (this.underWay.get(key) ?? 0) + 1);
  }

  end(key: string): void {
    this.total -= 1;
    const left = (this.underWay.get(key) ?? 1) - 1;
    if (left > 0) this.underWay.set(key, left);
    else this.underWay.delete(key);
  }

  /** What may be taken now. Asked again after each taking, until nothing comes. */
  room(now: number): Room {
    const isFull = this.total >= MAX_IN_ALL;
    const most = isFull ? 1 : MAX_PER_ENDPOINT;
    const busy = this.unavailable(now);
    let perEndpoint = most;
    for (const [key, count] of this.underWay) {
      if (count >= most) busy.add(key);
      else perEndpoint = Math.min(perEndpoint, most - count);
    }
    return { busy, perEndpoint, limit: Math.max(MAX_IN_ALL - this.total, this.idle(busy)) };
  }

  /** Endpoints that get none before something else happens than the end of an attempt. */
  unavailable(now: number): Set<string> {
    return new Set([...this.off, ...later(this.pausedUntil, now), ...later(this.unknownUntil, now)]);
  }

  /** When an endpoint that waits may be tried again; null where none waits. */
  nextAt(now: number): number | null {
    const instants = [...this.pausedUntil.values(), ...this.unknownUntil.values()].filter((at) => at > now);
    return instants.length === 0 ? null : Math.min(...instants);
  }

  private idle(busy: ReadonlySet<string>): number {
    let count = 1;
    for (const key of this.endpoints.keys()) if (!busy.has(key) && !this.underWay.has(key)) count += 1;
    return count;
  }
}

function toMap(endpoints: readonly WebhookEndpoint[]): ReadonlyMap<string, WebhookEndpoint> {
  return new Map(endpoints.map((endpoint) => [endpoint.key, endpoint]));
}

function later(untils: ReadonlyMap<string, number>, now: number): readonly string[] {
  return [...untils].filter(([, until]) => until > now).map(([key]) => key);
}
