import { createHmac, timingSafeEqual } from 'node:crypto';
import type { LinkableFile } from '../export/files.ts';
import type { VendorAccount } from '../export/ports.ts';
import type { Clock } from '../runtime/clock.ts';

/** A token longer than this is none of ours; checked before anything is decoded. */
const MAX_TOKEN_LENGTH = 3_072;

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

/**
 * Signs and verifies file links.
 *
 * A token is `payload.signature`, both base64url: the payload is the grant as a JSON array, the signature HMAC-SHA-256 over it.
 * It says nothing secret and names no vendor link, so it can stand in a page and in its history.
 */
export class FileLinkSigner {
  private readonly settings: FileLinkSettings;

  constructor(settings: FileLinkSettings) {
    this.settings = settings;
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

  sign(grant: FileGrant): string {
    const fields = [grant.tenant, grant.identity, grant.exportId, grant.index, grant.expiresAt];
    const payload = Buffer.from(JSON.stringify(fields)).toString('base64url');
    return `${payload}.${this.signatureOf(payload).toString('base64url')}`;
  }

  /** The grant a token states, expired or not; null where it is none of ours or was tampered with. */
  verify(token: string): FileGrant | null {
    if (token.length > MAX_TOKEN_LENGTH) return null;
    const [payload, signature, ...rest] = token.split('.');
    if (payload === undefined || signature === undefined || rest.length > 0) return null;
    const expected = this.signatureOf(payload);
    const given = Buffer.from(signature, 'base64url');
    // The text is compared too: base64url decoding ignores what it does not know.
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    if (given.toString('base64url') !== signature) return null;
    const fields = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as [
      string,
      string,
      string,
      number,
      number,
    ];
    const [tenant, identity, exportId, index, expiresAt] = fields;
    return { tenant, identity, exportId, index, expiresAt };
  }

  private signatureOf(payload: string): Buffer {
    return createHmac('sha256', this.settings.secret).update(`waybill file link 1\n${payload}`).digest();
  }
}
