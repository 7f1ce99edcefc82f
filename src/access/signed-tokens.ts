import { createHmac, timingSafeEqual } from 'node:crypto';

/** A token longer than this is none of ours; checked before anything is decoded. */
const MAX_TOKEN_LENGTH = 3_072;

/**
 * Signs statements and knows its own again.
 *
 * A token is `payload.signature`, both base64url: the payload is a JSON array, the signature HMAC-SHA-256 over it. It says nothing secret,
 * and can stand in an address.
 */
export class TokenSigner<Fields extends readonly unknown[]> {
  private readonly secret: string | Uint8Array;
  private readonly purpose: string;

  /**
   * @param secret - at least 32 bytes
   * @param purpose - tokens of another purpose are none of this one, although the secret is the same
   */
  constructor(secret: string | Uint8Array, purpose: string) {
    this.secret = secret;
    this.purpose = purpose;
  }

  sign(fields: Fields): string {
    const payload = Buffer.from(JSON.stringify(fields)).toString('base64url');
    return `${payload}.${this.signatureOf(payload).toString('base64url')}`;
  }

  /** What a token states; null where it is none of ours or was tampered with. */
  verify(token: string): Fields | null {
    if (token.length > MAX_TOKEN_LENGTH) return null;
    const [payload, signature, ...rest] = token.split('.');
    if (payload === undefined || signature === undefined || rest.length > 0) return null;
    const expected = this.signatureOf(payload);
    const given = Buffer.from(signature, 'base64url');
    // The text is compared too: base64url decoding ignores what it does not know.
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    if (given.toString('base64url') !== signature) return null;
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Fields;
  }

  private signatureOf(payload: string): Buffer {
    return createHmac('sha256', this.secret).update(`${this.purpose}\n${payload}`).digest();
  }
}
