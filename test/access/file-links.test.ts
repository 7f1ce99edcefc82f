import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type FileGrant, FileLinkSigner } from '../../src/access/file-links.ts';
import type { LinkableFile } from '../../src/export/files.ts';
import type { VendorAccount } from '../../src/export/ports.ts';
import { createManualClock } from '../support/manual-clock.ts';

const SECRET = 'a secret of at least thirty-two bytes';
const GRANT: FileGrant = {
  tenant: 'acme',
  identity: 'acme/bi',
  exportId: 'WyJleHBvcnQiLCJoaS1lbmVyZ3kiLCJoaSIsIjQyMTMiXQ',
  index: 0,
  expiresAt: Date.UTC(2026, 10, 22, 10, 15),
};

function createSigner(overrides: { secret?: string; ttlMs?: number; publicUrl?: () => string } = {}) {
  const clock = createManualClock();
  const settings = { secret: SECRET, ttlMs: 900_000, publicUrl: () => 'https://exports.example.com', clock };
  return { clock, signer: new FileLinkSigner({ ...settings, ...overrides }) };
}

const { signer } = createSigner();
const TOKEN = signer.sign(GRANT);

describe('a file token', () => {
  it('states what was signed', () => {
    expect(signer.verify(TOKEN)).toEqual(GRANT);
  });

  it('stands in a path as it is', () => {
    expect(TOKEN).toMatch(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/);
  });

  it('is still read after its end: its reader says that it has expired', () => {
    expect(signer.verify(signer.sign({ ...GRANT, expiresAt: 1 }))).toMatchObject({ expiresAt: 1 });
  });

  it('is the same at another gateway with the same secret, and none of ours with another', () => {
    expect(createSigner().signer.verify(TOKEN)).toEqual(GRANT);
    expect(createSigner({ secret: `${SECRET}.` }).signer.verify(TOKEN)).toBeNull();
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['a dot', '.'],
    ['no signature', TOKEN.split('.')[0] ?? ''],
    ['an empty signature', `${TOKEN.split('.')[0]}.`],
    ['an empty payload', `.${TOKEN.split('.')[1]}`],
    ['the signature of nothing', toToken('')],
    ['half a token', TOKEN.slice(0, TOKEN.length / 2)],
    ['one character less', TOKEN.slice(0, -1)],
    ['one character more', `${TOKEN}A`],
    ['padding behind', `${TOKEN}=`],
    ['a third part', `${TOKEN}.AAAA`],
    ['the token twice', `${TOKEN}${TOKEN}`],
    ['the token twice, with a dot', `${TOKEN}.${TOKEN}`],
    ['a blank behind', `${TOKEN} `],
    ['a line feed in the middle', TOKEN.replace('.', '.\n')],
    ['the other base64 alphabet', toOtherAlphabet(TOKEN)],
    ['hexadecimal', Buffer.from(TOKEN).toString('hex')],
    ['capitals', TOKEN.toUpperCase()],
    [
      'the payload of another grant',
      `${signer.sign({ ...GRANT, index: 1 }).split('.')[0]}.${TOKEN.split('.')[1]}`,
    ],
    ['a signature without our words in front', toToken(TOKEN.split('.')[0] ?? '')],
    ['three kilobytes and more', `${'A'.repeat(4_000)}.${TOKEN.split('.')[1]}`],
    ['__proto__', '__proto__.constructor'],
  ])('does not verify: %s', (_title, token) => {
    expect(signer.verify(token)).toBeNull();
  });

  it('does not verify with any one bit flipped', () => {
    const bytes = Buffer.from(TOKEN, 'latin1');
    const survivors: string[] = [];
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const token = flipped.toString('latin1');
      if (signer.verify(token) !== null) survivors.push(token);
    }

    expect(survivors).toEqual([]);
  });

  it('does not verify with any one character changed, even where base64 would not notice', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = TOKEN.length - 1;
    const others = [...alphabet].filter((letter) => letter !== TOKEN[last]);

    expect(others.filter((letter) => signer.verify(TOKEN.slice(0, last) + letter) !== null)).toEqual([]);
  });

  it('never verifies after any change, and never throws', () => {
    const edit = fc.record({
      at: fc.nat(TOKEN.length),
      cut: fc.nat(3),
      put: fc.oneof(
        fc.string({ maxLength: 3 }),
        fc.string({ unit: 'binary', maxLength: 3 }),
        fc.base64String({ maxLength: 4 }),
      ),
    });
    const mutants = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc
        .array(edit, { minLength: 1, maxLength: 3 })
        .map((edits) =>
          edits.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), TOKEN),
        ),
    );

    fc.assert(
      fc.property(mutants, (token) => token === TOKEN || signer.verify(token) === null),
      { numRuns: 5_000, seed: 4 },
    );
  });

  it('states any grant whatever its words hold', () => {
    const grants = fc.record<FileGrant>({
      tenant: fc.string({ unit: 'grapheme', maxLength: 64 }),
      identity: fc.string({ unit: 'grapheme', maxLength: 64 }),
      exportId: fc.string({ maxLength: 300 }),
      index: fc.nat(),
      expiresAt: fc.nat(Number.MAX_SAFE_INTEGER),
    });

    fc.assert(
      fc.property(grants, (grant) => {
        expect(signer.verify(signer.sign(grant))).toEqual(grant);
      }),
    );
  });

  it('of two different grants is never the same', () => {
    const apart = signer.sign({ ...GRANT, tenant: 'a', identity: 'bc' });

    expect(signer.sign({ ...GRANT, tenant: 'ab', identity: 'c' })).not.toBe(apart);
  });
});

describe('the link of a file', () => {
  const file = { export: { key: { id: GRANT.exportId } }, index: 2 } as LinkableFile;
  const account = { tenant: 'acme', identity: 'acme/bi' } as VendorAccount;

  it('begins with the public address, ends when its time is over, and names account, export and file', () => {
    const { signer: own, clock } = createSigner({ ttlMs: 60_000 });

    const { url, expiresAt } = own.linksFor(() => account).linkTo(file);

    expect(expiresAt).toBe(clock.now() + 60_000);
    expect(url.startsWith('https://exports.example.com/files/')).toBe(true);
    expect(own.verify(url.slice('https://exports.example.com/files/'.length))).toEqual({
      ...GRANT,
      index: 2,
      expiresAt,
    });
  });

  it('begins with the address as it is known when it is made', () => {
    let publicUrl = '';
    const { signer: own } = createSigner({ publicUrl: () => publicUrl });
    const links = own.linksFor(() => account);
    publicUrl = 'http://127.0.0.1:4000';

    expect(links.linkTo(file).url).toMatch(/^http:\/\/127\.0\.0\.1:4000\/files\//);
  });

  it('is signed once, so that its address and its end belong together whenever each is asked for', async () => {
    const { signer: own, clock } = createSigner();
    const sign = vi.spyOn(own, 'sign');
    const links = own.linksFor(() => account);

    const { url } = links.linkTo(file);
    await clock.advance(1_000);
    const { expiresAt } = links.linkTo(file);

    expect(own.verify(url.split('/').at(-1) ?? '')?.expiresAt).toBe(expiresAt);
    expect(sign).toHaveBeenCalledTimes(1);
    expect(links.linkTo({ ...file }).expiresAt).toBe(expiresAt + 1_000);
  });

  it('tells nothing of its secret', () => {
    const { url } = signer.linksFor(() => account).linkTo(file);
    const payload = url.split('/').at(-1)?.split('.')[0] ?? '';

    expect(Buffer.from(payload, 'base64url').toString()).not.toContain('secret');
  });
});

/** A payload with a signature that lacks our words in front. */
function toToken(payload: string): string {
  return `${payload}.${createHmac('sha256', SECRET).update(payload).digest('base64url')}`;
}

/** The same bytes in base64's first alphabet; with a plus or a slash in them, whatever the token. */
function toOtherAlphabet(token: string): string {
  return `${token.replace('.', '+.').replaceAll('-', '+').replaceAll('_', '/')}`;
}
