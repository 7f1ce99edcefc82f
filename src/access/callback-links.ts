import type { LocatorIds } from '../export/export.ts';
import type { VendorAccount } from '../export/ports.ts';
import type { VendorId } from '../export/vendor-id.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Tools } from '../runtime/tools.ts';
import { TokenSigner } from './signed-tokens.ts';

/** No export that is worth a callback takes longer; what comes later is found by polling. */
const DEFAULT_TTL_MS = 7 * 86_400_000;

/** What a callback link states: what its caller may give a hint about, until when. */
export interface CallbackGrant {
  readonly tenant: string;
  /** See `VendorAccount.identity`. */
  readonly identity: string;
  /** The account's key. */
  readonly account: string;
  readonly vendor: VendorId;
  /** The ids that the order named. */
  readonly ids: LocatorIds;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export interface CallbackLinkSettings {
  /** At least 32 bytes; may be that of file links. */
  readonly secret: string | Uint8Array;
  /** Default 7 days. */
  readonly ttlMs?: number | undefined;
  /** What links begin with, without a trailing slash; asked each time, since a free port is known only after listening. */
  readonly publicUrl: () => string;
  readonly clock: Clock;
  /** Told of every link, so that none is ever logged or told: whoever has one may give hints. */
  readonly secrets: Pick<Tools['secrets'], 'addPassing'>;
}

type GrantFields = readonly [
  tenant: string,
  identity: string,
  account: string,
  vendor: VendorId,
  ids: LocatorIds,
  expiresAt: number,
];

/** Signs and verifies the links by which vendors say that something happened. */
export class CallbackLinkSigner {
  private readonly settings: CallbackLinkSettings;
  private readonly tokens: TokenSigner<GrantFields>;

  constructor(settings: CallbackLinkSettings) {
    this.settings = settings;
    this.tokens = new TokenSigner(settings.secret, 'waybill callback 1');
  }

  /** Where the vendor is to call. @param ids - those that the order names */
  linkFor({ tenant, identity, key, vendor }: VendorAccount, ids: LocatorIds): string {
    const { clock, ttlMs = DEFAULT_TTL_MS, publicUrl, secrets } = this.settings;
    const token = this.sign({
      tenant,
      identity,
      account: key,
      vendor,
      ids,
      expiresAt: clock.now() + ttlMs,
    });
    secrets.addPassing(token);
    return `${publicUrl()}/callbacks/${token}`;
  }

  sign({ tenant, identity, account, vendor, ids, expiresAt }: CallbackGrant): string {
    return this.tokens.sign([tenant, identity, account, vendor, ids, expiresAt]);
  }

  /** The grant a token states; null where it is none of ours, was tampered with, or has ended. */
  verify(token: string): CallbackGrant | null {
    const fields = this.tokens.verify(token);
    if (fields === null) return null;
    const [tenant, identity, account, vendor, ids, expiresAt] = fields;
    return expiresAt <= this.settings.clock.now()
      ? null
      : { tenant, identity, account, vendor, ids, expiresAt };
  }
}
