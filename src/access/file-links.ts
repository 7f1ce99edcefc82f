import type { LinkableFile } from '../export/files.ts';
import type { VendorAccount } from '../export/ports.ts';
import type { Clock } from '../runtime/clock.ts';
import { TokenSigner } from './signed-tokens.ts';

/** What a file link states: who may open which file of which export, until when. */
export interface FileGrant {
  readonly tenant: string;
  /** See `VendorAccount.identity`. */
  readonly identity: string;
  /** The export's global id. */
  readonly exportId: string;
  /** The file's place in the export's `files`. */
  readonly index: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export interface FileLinkTo {
  readonly url: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Makes the links of one caller's files. Costs no vendor call. */
export interface FileLinks {
  /** Signed once for each file: its address and its end are of one link. */
  linkTo(file: LinkableFile): FileLinkTo;
}

export interface FileLinkSettings {
  /** At least 32 bytes. */
  readonly secret: string | Uint8Array;
  readonly ttlMs: number;
  /** What links begin with, without a trailing slash; asked each time, since a free port is known only after listening. */
  readonly publicUrl: () => string;
  readonly clock: Clock;
}

type GrantFields = readonly [
  tenant: string,
  identity: string,
  exportId: string,
  index: number,
  expiresAt: number,
];

/** Signs and verifies file links. They name no vendor link, so they can stand in a page and in its history. */
export class FileLinkSigner {
  private readonly settings: FileLinkSettings;
  private readonly tokens: TokenSigner<GrantFields>;

  constructor(settings: FileLinkSettings) {
    this.settings = settings;
    this.tokens = new TokenSigner(settings.secret, 'waybill file link 1');
  }

  /** The links of files that are read through these accounts. */
  linksFor(accountOf: (file: LinkableFile) => VendorAccount): FileLinks {
    const links = new WeakMap<LinkableFile, FileLinkTo>();
    return {
      linkTo: (file) => {
        const known = links.get(file);
        if (known !== undefined) return known;
        const link = this.signLink(file, accountOf(file));
        links.set(file, link);
        return link;
      },
    };
  }

  private signLink(file: LinkableFile, { tenant, identity }: VendorAccount): FileLinkTo {
    const expiresAt = this.settings.clock.now() + this.settings.ttlMs;
    const grant = { tenant, identity, exportId: file.export.key.id, index: file.index, expiresAt };
    return { url: `${this.settings.publicUrl()}/files/${this.sign(grant)}`, expiresAt };
  }

  sign({ tenant, identity, exportId, index, expiresAt }: FileGrant): string {
    return this.tokens.sign([tenant, identity, exportId, index, expiresAt]);
  }

  /** The grant a token states, expired or not; null where it is none of ours or was tampered with. */
  verify(token: string): FileGrant | null {
    const fields = this.tokens.verify(token);
    if (fields === null) return null;
    const [tenant, identity, exportId, index, expiresAt] = fields;
    return { tenant, identity, exportId, index, expiresAt };
  }
}
