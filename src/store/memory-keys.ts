import type { StartKey } from '../export/store.ts';

/** Keys that are remembered at most. */
const MAX_KEYS = 50_000;

/** A tenant is one word, so a space parts it from what follows. */
const toPair = (tenant: string, rest: string) => `${tenant} ${rest}`;

/** Idempotency keys in memory, the one taken longest ago first. */
export class MemoryKeys {
  private readonly keys = new Map<string, StartKey>();
  /** Which keys stand for an export. */
  private readonly byExport = new Map<string, Set<string>>();

  take(key: StartKey, now: number): StartKey | null {
    const pair = toPair(key.tenant, key.key);
    const holder = this.keys.get(pair);
    if (holder !== undefined && holder.expiresAt > now) return holder;
    this.drop(pair);
    this.set(pair, { ...key, status: 'sending', started: null });
    const [oldest] = this.keys.keys();
    if (this.keys.size > MAX_KEYS && oldest !== undefined) this.drop(oldest);
    return null;
  }

  retake(seen: StartKey, next: Pick<StartKey, 'sentAt' | 'mark' | 'expiresAt'>): boolean {
    const pair = toPair(seen.tenant, seen.key);
    const held = this.keys.get(pair);
    if (held === undefined || held.status === 'done' || !isSame(held, seen)) return false;
    const { sentAt, mark, expiresAt } = next;
    this.set(pair, { ...held, status: 'sending', sentAt, mark, expiresAt });
    return true;
  }

  settle(tenant: string, key: string, { status, started }: Pick<StartKey, 'status' | 'started'>): void {
    const pair = toPair(tenant, key);
    const held = this.keys.get(pair);
    if (held !== undefined) this.set(pair, { ...held, status, started });
  }

  release(tenant: string, key: string): void {
    this.drop(toPair(tenant, key));
  }

  findStarted(tenant: string, exportIds: readonly string[]): ReadonlySet<string> {
    return new Set(exportIds.filter((id) => this.byExport.has(toPair(tenant, id))));
  }

  prune(now: number): void {
    for (const [pair, { expiresAt }] of this.keys) if (expiresAt <= now) this.drop(pair);
  }

  private set(pair: string, key: StartKey): void {
    this.unlink(pair);
    this.keys.set(pair, key);
    if (key.started === null) return;
    const started = toPair(key.tenant, key.started.key.id);
    const standing = this.byExport.get(started);
    if (standing === undefined) this.byExport.set(started, new Set([pair]));
    else standing.add(pair);
  }

  private drop(pair: string): void {
    this.unlink(pair);
    this.keys.delete(pair);
  }

  private unlink(pair: string): void {
    const held = this.keys.get(pair);
    if (held === undefined || held.started === null) return;
    const started = toPair(held.tenant, held.started.key.id);
    const standing = this.byExport.get(started);
    standing?.delete(pair);
    if (standing?.size === 0) this.byExport.delete(started);
  }
}

function isSame(held: StartKey, seen: StartKey): boolean {
  return (
    held.digest === seen.digest &&
    held.status === seen.status &&
    held.sentAt === seen.sentAt &&
    held.mark === seen.mark &&
    held.expiresAt === seen.expiresAt
  );
}
