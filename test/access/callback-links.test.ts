import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CallbackGrant,
  type CallbackLinkSettings,
  CallbackLinkSigner,
} from '../../src/access/callback-links.ts';
import { FileLinkSigner } from '../../src/access/file-links.ts';
import type { VendorAccount } from '../../src/export/ports.ts';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';
import { createManualClock } from '../support/manual-clock.ts';

const SECRET = 'a secret of at least thirty-two bytes';
const DAY_MS = 86_400_000;
const ACCOUNT = {
  tenant: 'acme',
  identity: 'acme/admit',
  key: 'admit',
  vendor: 'web-admit',
} as VendorAccount;
const IDS = { userIdentityId: '37442', exportId: '86466' };

function createSigner(overrides: Partial<CallbackLinkSettings> = {}) {
  const clock = createManualClock(1_000_000);
  const secrets = createSecrets();
  const publicUrl = () => 'https://exports.example.com';
  return {
    clock,
    secrets,
    signer: new CallbackLinkSigner({ secret: SECRET, publicUrl, clock, secrets, ...overrides }),
  };
}

const tokenOf = (link: string) => link.slice('https://exports.example.com/callbacks/'.length);

describe('a callback link', () => {
  it('names tenant, account, vendor and the ids of the order, for seven days', async () => {
    const { signer, clock } = createSigner();

    const token = tokenOf(signer.linkFor(ACCOUNT, IDS));

    expect(signer.verify(token)).toEqual({
      tenant: 'acme',
      identity: 'acme/admit',
      account: 'admit',
      vendor: 'web-admit',
      ids: IDS,
      expiresAt: clock.now() + 7 * DAY_MS,
    });
    await clock.advance(7 * DAY_MS - 1);
    expect(signer.verify(token)).not.toBeNull();
    await clock.advance(1);
    expect(signer.verify(token)).toBeNull();
  });

  it('begins with the public address and holds nothing that an address would escape', () => {
    const { signer } = createSigner();

    expect(signer.linkFor(ACCOUNT, IDS)).toMatch(
      /^https:\/\/exports\.example\.com\/callbacks\/[\w-]+\.[\w-]{43}$/,
    );
  });

  it('is a secret from then on: no log line and no error shows it', () => {
    const { signer, secrets } = createSigner();

    const link = signer.linkFor(ACCOUNT, IDS);

    expect(secrets.mask(`POST ${link} failed`)).toBe(
      'POST https://exports.example.com/callbacks/[secret] failed',
    );
  });

  it('is none of another secret', () => {
    const { signer } = createSigner();
    const { signer: other } = createSigner({ secret: `${SECRET}!` });

    expect(other.verify(tokenOf(signer.linkFor(ACCOUNT, IDS)))).toBeNull();
  });

  it('is no file link, and a file link is no callback link, although they share a secret', () => {
    const { signer, clock } = createSigner();
    const files = new FileLinkSigner({ secret: SECRET, ttlMs: DAY_MS, publicUrl: () => '', clock });
    const grant = { tenant: 'acme', identity: 'acme/admit', exportId: 'x', index: 0, expiresAt: 9e15 };

    expect(files.verify(tokenOf(signer.linkFor(ACCOUNT, IDS)))).toBeNull();
    expect(signer.verify(files.sign(grant))).toBeNull();
  });

  it.each<[string, (token: string) => string]>([
    ['nothing', () => ''],
    ['the payload alone', (token) => token.split('.')[0] ?? ''],
    ['a signature alone', (token) => `.${token.split('.')[1]}`],
    ['a third part', (token) => `${token}.AAAA`],
    ['a signature without our words in front', (token) => toUnmarked(token.split('.')[0] ?? '')],
    [
      'a payload of another end',
      (token) => `${Buffer.from('["acme"]').toString('base64url')}.${token.split('.')[1]}`,
    ],
    ['three kilobytes and more', (token) => `${'A'.repeat(4_000)}.${token.split('.')[1]}`],
  ])('does not verify: %s', (_title, change) => {
    const { signer } = createSigner();

    expect(signer.verify(change(tokenOf(signer.linkFor(ACCOUNT, IDS))))).toBeNull();
  });

  it('never verifies after any change, and never throws', () => {
    const { signer } = createSigner();
    const token = tokenOf(signer.linkFor(ACCOUNT, IDS));
    const edit = fc.record({ at: fc.nat(token.length), cut: fc.nat(3), put: fc.string({ maxLength: 3 }) });

    fc.assert(
      fc.property(edit, ({ at, cut, put }) => {
        const changed = token.slice(0, at) + put + token.slice(at + cut);

        expect(changed === token || signer.verify(changed) === null).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('states any grant whatever its words hold', () => {
    const { signer } = createSigner();
    const grants = fc.record<CallbackGrant>({
      tenant: fc.string({ unit: 'grapheme', maxLength: 64 }),
      identity: fc.string({ unit: 'grapheme', maxLength: 64 }),
      account: fc.string({ maxLength: 40 }),
      vendor: fc.constantFrom(...CODED_VENDOR_IDS),
      ids: fc.dictionary(fc.stringMatching(/^[a-zA-Z]{1,20}$/), fc.string({ maxLength: 64 }), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
      expiresAt: fc.integer({ min: 2_000_000, max: Number.MAX_SAFE_INTEGER }),
    });

    fc.assert(
      fc.property(grants, (grant) => {
        expect(signer.verify(signer.sign(grant))).toEqual(grant);
      }),
    );
  });
});

/** A payload with a signature that lacks our words in front. */
function toUnmarked(payload: string): string {
  return `${payload}.${createHmac('sha256', SECRET).update(payload).digest('base64url')}`;
}
