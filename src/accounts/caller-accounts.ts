import type { PooledAccount } from './pooled-account.ts';

/** Accounts opened with callers' own tokens that are kept while nobody uses them; the longest unused goes first. */
export const MAX_IDLE_ACCOUNTS = 1_000;

/**
 * The accounts that were opened with callers' own tokens, by identity.
 *
 * One that is in use (a call runs, a file flows, a watch reads through it) is never closed under its user; those that are not
 * are bounded.
 */
export class CallerAccounts {
  private readonly accounts = new Map<string, PooledAccount>();
  /** Identities of those that nobody uses, the longest unused first. */
  private readonly idle = new Set<string>();
  /** Identities that a watch reads through. */
  private readonly watched = new Set<string>();

  /** The account of this identity, made where there is none yet. */
  obtain(identity: string, create: () => PooledAccount): PooledAccount {
    const account = this.accounts.get(identity) ?? create();
    this.accounts.set(identity, account);
    this.sort(account);
    return account;
  }

  find(identity: string): PooledAccount | undefined {
    return this.accounts.get(identity);
  }

  all(): readonly PooledAccount[] {
    return [...this.accounts.values()];
  }

  /** To be called when the first call of an account begins, and when its last one has ended. */
  onUsage(account: PooledAccount): void {
    // Somebody held on to it while it was at rest: it is one of ours again.
    if (account.isInUse && !this.accounts.has(account.identity)) this.accounts.set(account.identity, account);
    if (this.accounts.get(account.identity) === account) this.sort(account);
    else if (!account.isInUse) account.rest();
  }

  /** To be called when the first watch of an identity begins, and when its last one has ended. */
  onWatched(identity: string, isWatched: boolean): void {
    if (isWatched) this.watched.add(identity);
    else this.watched.delete(identity);
    const account = this.accounts.get(identity);
    if (account !== undefined) this.sort(account);
  }

  /** Takes an account away for good. */
  remove(account: PooledAccount): void {
    this.accounts.delete(account.identity);
    this.idle.delete(account.identity);
    account.remove();
  }

  private sort(account: PooledAccount): void {
    const { identity } = account;
    this.idle.delete(identity);
    if (account.isInUse || this.watched.has(identity)) return;
    this.idle.add(identity);
    if (this.idle.size <= MAX_IDLE_ACCOUNTS) return;
    for (const oldest of this.idle) {
      this.idle.delete(oldest);
      this.accounts.get(oldest)?.rest();
      this.accounts.delete(oldest);
      return;
    }
  }
}
