import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FileGrant, FileLinkSigner } from '../../src/export/file-links.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createFakeAccount, toExport, toKey } from './support.ts';

const SECRET = 'a secret of at least thirty-two bytes';
const TTL_MS = 900_000;

function createSigner(secret: string | Uint8Array = SECRET) {
  const clock = createManualClock(1_000_000);
  return new FileLinkSigner({
    secret,
    ttlMs: TTL_MS,
    publicUrl: () => 'https://exports.example.com/base',
    clock,
  });
}

const GRANT: FileGrant = {
  tenant: 'acme',
  identity: 'acme/admit',
  exportId: toKey('1').id,
  index: 0,
  expiresAt: 1_900_000,
};

const grants: fc.Arbitrary<FileGrant> = fc.record({
  tenant: fc.stringMatching(/^[\w.:@-]{1,64}$/),
  identity: fc.stringMatching(/^[\w./-]{1,200}$/),
  exportId: fc.stringMatching(/^[\w-]{1,400}$/),
  index: fc.nat(100),
  expiresAt: fc.nat(),
});

describe('a file link', () => {
  it('stands below the public URL and lasts as long as is configured', () => {
    const account = createFakeAccount({ tenant: 'acme', identity: 'acme/admit' });
    const file = {
      name: 'a.csv',
      mediaType: null,
      availableUntil: null,
      export: toExport(toKey('1')),
      index: 2,
    };

    const { url, expiresAt } = createSigner()
      .linksFor(() => account)
      .linkTo(file);

    const [base, token = ''] = url.split('/files/');
    expect(base).toBe('https://exports.example.com/base');
    expect(expiresAt).toBe(1_000_000 + TTL_MS);
    expect(createSigner().verify(token)).toEqual({ ...GRANT, index: 2, expiresAt });
  });

  it('states what it was signed for, in letters that no address escapes', () => {
    const signer = createSigner();
    fc.assert(
      fc.property(grants, (grant) => {
        const token = signer.sign(grant);

        expect(token).toMatch(/^[\w-]+\.[\w-]{43}$/);
        expect(signer.verify(token)).toEqual(grant);
      }),
    );
  });

  it('is read after it has expired too: whoever opens files says when that is', () => {
    expect(createSigner().verify(createSigner().sign({ ...GRANT, expiresAt: 1 }))?.expiresAt).toBe(1);
  });

  it('is nothing under another secret', () => {
    const token = createSigner().sign(GRANT);

    expect(createSigner(`${SECRET}!`).verify(token)).toBeNull();
    expect(createSigner(Buffer.from(SECRET)).verify(token)).toEqual(GRANT);
  });

  it('is nothing once any one letter of it was changed, added or left out', () => {
    const signer = createSigner();
    const token = signer.sign(GRANT);
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n%';
    fc.assert(
      fc.property(
        fc.nat(token.length),
        fc.constantFrom('', ...letters),
        fc.nat(1),
        (place, letter, taken) => {
          const forged = token.slice(0, place) + letter + token.slice(place + taken);
          fc.pre(forged !== token);

          expect(signer.verify(forged)).toBeNull();
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('never lends its signature to another payload', () => {
    const signer = createSigner();
    const [, signature] = signer.sign(GRANT).split('.');
    const [payload] = signer.sign({ ...GRANT, tenant: 'evil' }).split('.');

    expect(signer.verify(`${payload}.${signature}`)).toBeNull();
  });

  it('is nothing that anybody could write down, and reading it never throws', () => {
    const signer = createSigner();
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[\w-]{0,80}\.[\w-]{0,43}$/)),
        (token) => {
          expect(signer.verify(token)).toBeNull();
        },
      ),
      { numRuns: 500 },
    );
    expect(signer.verify('A'.repeat(1_000_000))).toBeNull();
    expect(signer.verify(`${'A'.repeat(4_000)}.${'A'.repeat(43)}`)).toBeNull();
  });
});
