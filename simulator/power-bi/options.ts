import { DEMO_POWER_BI_CLIENT_ID, DEMO_POWER_BI_CLIENT_SECRET } from '../demo-credentials.ts';

/** What real answers do in more than one way; the adapter must not notice. */
export interface PowerBiManners {
  /** Unfinished exports come with `Retry-After`. Not always so. */
  readonly sendsRetryAfter: boolean;
  /** `percentComplete` is there. Not always so. */
  readonly sendsPercent: boolean;
  /** `@odata.context` is there, naming a regional host. */
  readonly sendsContext: boolean;
  /** `ResourceFileExtension`, as the OpenAPI file spells it, in place of `resourceFileExtension`. */
  readonly spellsExtensionWithCapital: boolean;
}

/** How the simulated API behaves. */
export interface PowerBiSimulatorOptions extends PowerBiManners {
  /** The real one says 5; less lets a page move sooner. */
  readonly retryAfterSeconds: number;
  /** How many started exports may be under way in the capacity; more are answered 429. */
  readonly maxRunning: number;
  /** Applications have no My workspace by right; without it, calls without a workspace are answered 403. */
  readonly hasMyWorkspace: boolean;
  /** In simulated seconds. */
  readonly tokenLifetimeSeconds: number;
  /** The one application that is known. */
  readonly clientId: string;
  readonly clientSecret: string;
}

export const DEFAULT_OPTIONS: PowerBiSimulatorOptions = {
  sendsRetryAfter: true,
  sendsPercent: true,
  sendsContext: true,
  spellsExtensionWithCapital: false,
  retryAfterSeconds: 2,
  // Source: the vendor's conceptual page of 2025-12-15; read 2026-11.
  maxRunning: 500,
  hasMyWorkspace: true,
  tokenLifetimeSeconds: 3_599,
  clientId: DEMO_POWER_BI_CLIENT_ID,
  clientSecret: DEMO_POWER_BI_CLIENT_SECRET,
};
