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
  tokenLifetimeSeconds: 3_599,
  clientId: DEMO_POWER_BI_CLIENT_ID,
  clientSecret: DEMO_POWER_BI_CLIENT_SECRET,
};
