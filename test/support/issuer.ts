import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { type FakeReply, type FakeVendor, startFakeVendor } from './fake-vendor.ts';

const ISSUER = 'https://id.example.com/';
const AUDIENCE = 'waybill';

export interface TokenRequest {
  readonly tenant?: unknown;
  readonly subject?: string;
  /** Epoch milliseconds, of the gateway's clock. */
  readonly expiresAt: number;
  readonly audience?: string;
  readonly issuer?: string;
  /** Further claims, in place of those above; undefined: left out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Which of the issuer's keys signs; default the newest. */
  readonly keyId?: string;
}

/** An issuer of JSON Web Tokens with a JWKS address of its own. */
export interface Issuer extends AsyncDisposable {
  readonly server: FakeVendor;
  /** The configuration section `access`. */
  readonly access: object;
  sign(request: TokenRequest): Promise<string>;
  /** Publishes a new key beside the others. */
  rotate(keyId: string): Promise<void>;
  /** Publishes a key no more. */
  withdraw(keyId: string): void;
  /** From now on its address answers this; null: the keys again. */
  answer(reply: FakeReply | null): void;
}

/** @param settings - further keys of `access.jwt` */
export async function startIssuer(settings: object = {}): Promise<Issuer> {
  const keys = new Map<string, { readonly jwk: JWK; readonly privateKey: CryptoKey; isPublished: boolean }>();
  let reply: FakeReply | null = null;
  const server = await startFakeVendor(() => {
    const published = [...keys.values()].filter(({ isPublished }) => isPublished).map(({ jwk }) => jwk);
    return reply ?? { body: { keys: published } };
  });

  async function rotate(keyId: string): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: keyId, alg: 'ES256' };
    keys.set(keyId, { jwk, privateKey, isPublished: true });
  }

  await rotate('first');
  return {
    server,
    access: {
      mode: 'jwt',
      jwt: { jwksUrl: `${server.url}/jwks`, issuer: ISSUER, audience: AUDIENCE, ...settings },
    },
    async sign(request) {
      const {
        subject = 'anna',
        expiresAt,
        audience = AUDIENCE,
        issuer = ISSUER,
        claims = {},
        keyId,
      } = request;
      const tenant = 'tenant' in request ? request.tenant : 'acme';
      const [id, key] = [...keys].find(([name]) => name === keyId) ?? [...keys].at(-1) ?? [];
      if (id === undefined || key === undefined) throw new Error('The issuer has no key.');
      const exp = Math.floor(expiresAt / 1_000);
      return new SignJWT({ tenant, sub: subject, iss: issuer, aud: audience, exp, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: id })
        .sign(key.privateKey);
    },
    rotate,
    withdraw(keyId) {
      const key = keys.get(keyId);
      if (key !== undefined) key.isPublished = false;
    },
    answer(next) {
      reply = next;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
