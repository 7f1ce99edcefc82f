import type { VendorAccount } from '../export/ports.ts';

export type GatewayPhase = 'starting' | 'ready' | 'draining';

/** Whether the gateway can serve, and how each of its parts is. */
export interface Readiness {
  readonly isReady: boolean;
  readonly status: GatewayPhase;
  /** By part; an account's state never makes the gateway unready, since the others go on. */
  readonly parts: Readonly<Record<string, string>>;
}

/** Keeps what `/ready` answers. */
export class Health {
  phase: GatewayPhase = 'starting';
  private readonly accounts: () => readonly VendorAccount[];

  constructor(accounts: () => readonly VendorAccount[]) {
    this.accounts = accounts;
  }

  readiness(): Readiness {
    const accounts = this.accounts().map(
      (account) => [`account ${account.key}`, account.health().state] as const,
    );
    return {
      isReady: this.phase === 'ready',
      status: this.phase,
      parts: { gateway: this.phase, ...Object.fromEntries(accounts) },
    };
  }
}
