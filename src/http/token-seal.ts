import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/** Seals texts so that nobody can read or change them who has the database alone. */
export interface TokenSeal {
  /** @param place - what the text belongs to: it opens there and nowhere else */
  seal(text: string, place: string): string;
  /** `undefined` for what was sealed with another secret, for another place, or is no seal at all. */
  open(sealed: string, place: string): string | undefined;
}

/** AES-256-GCM as in NIST SP 800-38D: 96 bits that never come twice, and a tag of 128; read 2026-11. */
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Which way of sealing this is, so that another may follow. */
const MARK = 's1.';

/** @param linkSecret - `files.linkSecret`: the key is derived from it, so that it is good for nothing else */
export function createTokenSeal(linkSecret: string): TokenSeal {
  const derived = hkdfSync('sha256', linkSecret, 'waybill', 'kept tokens 1', KEY_BYTES);
  const key = createSecretKey(Buffer.from(derived));
  return {
    seal(text, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(place));
      const bytes = [nonce, cipher.update(text, 'utf8'), cipher.final()];
      return MARK + Buffer.concat([...bytes, cipher.getAuthTag()]).toString('base64url');
    },
    open: (sealed, place) => unseal(sealed, place, key),
  };
}

function unseal(sealed: string, place: string, key: KeyObject): string | undefined {
  const bytes = Buffer.from(sealed.slice(MARK.length), 'base64url');
  if (!sealed.startsWith(MARK) || bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return (
      decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    );
  } catch {
    return undefined;
  }
}
