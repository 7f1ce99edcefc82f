import type { AccountHealth, VendorAccount } from '../export/ports.ts';

export type GatewayPhase = 'starting' | 'ready' | 'draining';

/** How many accounts are in which state. */
export type AccountCounts = Readonly<Partial<Record<AccountHealth['state'], number>>>;

/** Whether the gateway can serve, and how each of its parts is. */
export interface Readiness {
  readonly isReady: boolean;
  readonly status: GatewayPhase;
  /** By part; an account's state never makes the gateway unready, since the others go on. */
  readonly parts: Readonly<Record<string, string | AccountCounts>>;
}

export interface HealthSources {
  readonly accounts: () => readonly VendorAccount[];
  readonly backplane: () => string;
  readonly store: () => string;
  /** True where any caller may ask for the accounts anyway. */
  readonly namesAccounts: boolean;
}

/** Keeps what `/ready` answers. */
export class Health {
  phase: GatewayPhase = 'starting';
  private readonly sources: HealthSources;

  constructor(sources: HealthSources) {
    this.sources = sources;
  }

  /** For any caller: strangers must not learn from it which accounts and tenants there are. */
  readiness(): Readiness {
    return this.describe(this.sources.namesAccounts ? this.accountsByName() : { accounts: this.counts() });
  }

  /** For operators, each account by its key. */
  detailedReadiness(): Readiness {
    return this.describe(this.accountsByName());
  }

  private describe(accounts: Readiness['parts']): Readiness {
    return {
      isReady: this.phase === 'ready',
      status: this.phase,
      parts: {
        gateway: this.phase,
        backplane: this.sources.backplane(),
        store: this.sources.store(),
        ...accounts,
      },
    };
  }

  private accountsByName(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.sources.accounts().map((account) => [`account ${account.key}`, account.health().state]),
    );
  }

  private counts(): AccountCounts {
    const counts: Partial<Record<AccountHealth['state'], number>> = {};
    for (const account of this.sources.accounts()) {
      const { state } = account.health();
      counts[state] = (counts[state] ?? 0) + 1;
    }
    return counts;
  }
}
