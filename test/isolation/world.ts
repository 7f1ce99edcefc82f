import { Pool } from 'undici';
import type { Gateway } from '../../src/gateway.ts';
import type { StoreConfig } from '../../src/store/open.ts';
import type { CanaryVendor } from './canary-vendor.ts';
import {
  ACCOUNT_NAMES,
  CALLERS,
  type Caller,
  FIRST_UNTHROTTLED_TENANT,
  toAccountKey,
  toCallerKey,
  UNTROUBLED_TENANT,
} from './cast.ts';
import { type Plan, readConfig } from './config-text.ts';
import { KeyUses } from './key-uses.ts';
import type { Ledger } from './ledger.ts';
import type { Owners } from './owners.ts';
import type { Peer } from './peer.ts';
import { Remembered } from './remembered.ts';
import type { StepClock } from './step-clock.ts';
import type { LiveWatch } from './watch.ts';

/** A file link that some caller was given. */
export interface FileLink {
  readonly url: string;
  readonly tenant: number;
  /** Whose file it is, by `Owner.name`. */
  readonly owner: string;
}

/** What a GraphQL answer holds. */
export interface Result {
  // biome-ignore lint/suspicious/noExplicitAny: a schedule reads whatever it asked for
  readonly data?: any;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
}

/** Fewer connections than lanes, so that callers of all tenants take turns on each of them. */
const CONNECTIONS = 12;

export interface WorldParts extends Pick<World, 'clock' | 'owners' | 'vendor' | 'ledger' | 'links'> {
  readonly gateway: Gateway;
  readonly hooksUrl: string;
  readonly store: StoreConfig;
}

/** Everything that the steps of one schedule share. */
export class World {
  readonly clock: StepClock;
  readonly owners: Owners;
  readonly vendor: CanaryVendor;
  readonly ledger: Ledger;
  /** The gateway's address. */
  readonly url: string;
  readonly http: Pool;
  readonly links: Remembered<FileLink>;
  /** Webhooks that callers were told of. */
  readonly deliveries = new Remembered<{ readonly id: string; readonly tenant: number }>();
  /** How many test webhooks callers of each tenant have asked for. */
  readonly testsAsked: number[] = [];
  readonly keyUses = new KeyUses();
  readonly cursors = new Remembered<string>();
  readonly pageCursors = new Remembered<string>();
  readonly peers: Peer[][] = CALLERS.map(() => []);
  readonly watches = new Set<LiveWatch>();
  /** The tenant that has the moving account. */
  holder = 0;
  private readonly gateway: Gateway;
  private readonly settings: WorldParts;
  private readonly keyVersions: number[] = [];

  constructor(parts: WorldParts) {
    this.settings = parts;
    this.links = parts.links;
    this.clock = parts.clock;
    this.owners = parts.owners;
    this.vendor = parts.vendor;
    this.ledger = parts.ledger;
    this.gateway = parts.gateway;
    this.url = parts.gateway.url;
    this.http = new Pool(this.url, {
      connections: CONNECTIONS,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  keyOf({ index }: Caller): string {
    return toCallerKey(index, this.keyVersions[index] ?? 1);
  }

  /** Gives the gateway another configuration. */
  reload(change: { readonly holder?: number; readonly caller?: Caller }): void {
    this.holder = change.holder ?? this.holder;
    if (change.caller !== undefined) {
      const { index } = change.caller;
      this.keyVersions[index] = (this.keyVersions[index] ?? 1) + 1;
    }
    this.ledger.counts.reloads += 1;
    this.gateway.reload(readConfig(this.toPlan()));
  }

  private toPlan(): Plan {
    return {
      vendorUrl: this.vendor.url,
      hooksUrl: this.settings.hooksUrl,
      store: this.settings.store,
      holder: this.holder,
      keyOf: (index) => toCallerKey(index, this.keyVersions[index] ?? 1),
      secretOf: (name) => this.owners.secretOf(name),
    };
  }

  headersOf(caller: Caller, hasToken: boolean): Record<string, string> {
    const own = ACCOUNT_NAMES.filter((name) => name.startsWith('own-')).map((name) => [
      `x-waybill-token-${toAccountKey(caller.tenant, name)}`,
      this.owners.tokenOf(caller),
    ]);
    return {
      'content-type': 'application/json',
      authorization: `Bearer ${this.keyOf(caller)}`,
      ...(hasToken ? Object.fromEntries(own) : {}),
    };
  }

  /** Holds an error code against what the vendors did to this caller's tenant. */
  judge(place: string, caller: Caller, code: unknown): void {
    if (typeof code !== 'string' || !/^(?:VENDOR_(?!REJECTED)|START_OUTCOME_UNKNOWN)/.test(code)) return;
    const isThrottling = code === 'VENDOR_RATE_LIMITED' && caller.tenant >= FIRST_UNTHROTTLED_TENANT;
    if (isThrottling || caller.tenant === UNTROUBLED_TENANT)
      this.ledger.report(place, `${code} at the tenant ${caller.tenant}, whose vendors never did that`);
  }
}
