import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spellingsOf } from '../../src/telemetry/secret-spellings.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';

const SECRET = 'pass word/+"x?ü';

/** How a secret of every kind of character may come to be written. */
const SPELLINGS: readonly (readonly [title: string, spelling: string])[] = [
  ['as it is', SECRET],
  ['percent-encoded', encodeURIComponent(SECRET)],
  [
    'percent-encoded in small letters',
    encodeURIComponent(SECRET).replace(/%../g, (code) => code.toLowerCase()),
  ],
  ['percent-encoded as a whole address', encodeURI(SECRET)],
  ['percent-encoded as in a form', new URLSearchParams({ a: SECRET }).toString().slice(2)],
  ['as base64', Buffer.from(SECRET).toString('base64')],
  ['as base64 without its padding', Buffer.from(SECRET).toString('base64').replace(/=+$/, '')],
  ['as base64url', Buffer.from(SECRET).toString('base64url')],
  ['escaped as JSON', escapeAsJson(SECRET)],
  ['escaped as JSON inside JSON', escapeAsJson(escapeAsJson(SECRET))],
  ['escaped as JSON inside JSON inside JSON', escapeAsJson(escapeAsJson(escapeAsJson(SECRET)))],
  ['escaped as JSON with \\/', escapeAsJson(SECRET).replaceAll('/', '\\/')],
  ['escaped as JSON in ASCII', escapeAsJson(SECRET).replace('ü', '\\u00fc')],
];

describe('masking by value', () => {
  it('masks a secret wherever it stands, and leaves the rest', () => {
    const secrets = createSecrets();
    secrets.add('s3cr3t-key');

    expect(secrets.mask('GET /x?api_key=s3cr3t-key&a=1 said "s3cr3t-key"')).toBe(
      'GET /x?api_key=[secret]&a=1 said "[secret]"',
    );
  });

  it.each(SPELLINGS)('masks a secret that is written %s', (_title, spelling) => {
    const secrets = createSecrets();
    secrets.add(SECRET);

    expect(secrets.mask(`before ${spelling} after`)).toBe('before [secret] after');
  });

  it.each([0, 1, 2, 3])('masks a secret inside a text in base64, %i characters from its start', (shift) => {
    const secrets = createSecrets();
    secrets.add('s3cr3t-key');
    const encoded = Buffer.from(`${'u'.repeat(shift)}s3cr3t-key and more`).toString('base64');

    const decoded = Buffer.from(secrets.mask(encoded).replace('[secret]', ''), 'base64').toString('latin1');

    expect(secrets.mask(encoded)).toContain('[secret]');
    expect(decoded).not.toMatch(/3cr3t-ke/);
  });

  it('masks all of two secrets that run into one another, and the longer of two that begin alike', () => {
    const secrets = createSecrets();
    for (const secret of ['abcdefgh', 'efghijkl', 'token-1234', 'token-1234-and-more']) secrets.add(secret);

    expect(secrets.mask('<abcdefghijkl> <token-1234-and-more> <token-1234>')).toBe(
      '<[secret]> <[secret]> <[secret]>',
    );
  });

  it('masks what only masking has put together', () => {
    const secrets = createSecrets();
    secrets.add('12345678');
    secrets.add('t]abcdef');

    expect(secrets.mask('12345678abcdef')).not.toContain('t]abcdef');
  });

  it.each(['', 'x', 'key-1', 'secret', '[secret'])('leaves texts alone where %j is a secret', (secret) => {
    const secrets = createSecrets();
    secrets.add(secret);
    secrets.addPassing(secret);

    expect(secrets.mask('the secret key-1 of x')).toBe('the secret key-1 of x');
  });

  it('forgets passing secrets only when there are thousands, and lasting ones never', () => {
    const secrets = createSecrets();
    secrets.add('lasting-secret');
    for (let index = 0; index < 5_000; index += 1) secrets.addPassing(`passing-secret-${index}-x`);

    expect(secrets.mask('lasting-secret passing-secret-4999-x')).toBe('[secret] [secret]');
    expect(secrets.mask('passing-secret-3001-x')).toBe('[secret]');
    expect(secrets.mask('passing-secret-2000-x')).toBe('passing-secret-2000-x');
  });

  it('keeps a secret that is both lasting and passing when the passing one is forgotten', () => {
    const secrets = createSecrets();
    secrets.add('both-of-them');
    secrets.addPassing('both-of-them');
    for (let index = 0; index < 2_100; index += 1) secrets.addPassing(`passing-secret-${index}-x`);

    expect(secrets.mask('both-of-them')).toBe('[secret]');
  });

  it('keeps a passing secret for as long as it is used', () => {
    const secrets = createSecrets();
    for (let index = 0; index < 5_000; index += 1) {
      secrets.addPassing('used-all-the-time');
      secrets.addPassing(`passing-secret-${index}-x`);
    }

    expect(secrets.mask('used-all-the-time')).toBe('[secret]');
  });

  it('masks everything, rather than search for ever, where secrets and text were made to be hard', () => {
    const secrets = createSecrets();
    for (let length = 6; length < 600; length += 1) secrets.addPassing('a'.repeat(length));

    const masked = secrets.mask(`${'a'.repeat(599)}b`.repeat(200));

    expect(masked).not.toContain('aaaaaa');
  });
});

describe('whatever the text around it', () => {
  const secretTexts = fc.oneof(
    fc.string({ minLength: 6, maxLength: 60 }),
    fc.string({ unit: 'binary', minLength: 6, maxLength: 30 }),
    fc.stringMatching(/^[!-~]{6,80}$/),
    fc.base64String({ minLength: 8, maxLength: 80 }),
    // Alike in everything but one place.
    fc.nat(99).map((n) => `eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwcz${n}ovL2lkLmV4YW1wbGUifQ`),
    fc.nat(9).map((n) => `https://bucket.s3.amazonaws.com/${n}.csv?X-Amz-Signature=${n}0af&x=1`),
  );
  const around = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('[secret]', '[', ']'));

  it('no spelling of any secret is left', () => {
    fc.assert(
      fc.property(
        fc.array(secretTexts, { minLength: 1, maxLength: 8 }),
        fc.array(fc.tuple(around, fc.nat(), fc.nat()), { minLength: 1, maxLength: 6 }),
        around,
        (texts, places, end) => {
          const secrets = createSecrets();
          texts.forEach(
            (text, index) => void (index % 2 === 0 ? secrets.add(text) : secrets.addPassing(text)),
          );
          const all = texts.flatMap((text) => spellingsOf(text).filter(({ length }) => length >= 6));
          const pick = (from: readonly string[], number: number) => from[number % from.length] ?? '';
          const spelled = places.map(
            ([before, which, how]) => `${before}${pick(spellingsOf(pick(texts, which)), how)}`,
          );

          const masked = secrets.mask(spelled.join('') + end);

          expect(
            all.filter((spelling) => masked.includes(spelling) && !'[secret]'.includes(spelling)),
          ).toEqual([]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('a text without any secret stays as it is', () => {
    fc.assert(
      fc.property(
        fc.array(secretTexts, { maxLength: 8 }),
        fc.string({ unit: 'binary', maxLength: 500 }),
        (texts, text) => {
          const secrets = createSecrets();
          for (const secret of texts) secrets.add(secret);
          fc.pre(!texts.flatMap(spellingsOf).some((spelling) => text.includes(spelling)));

          expect(secrets.mask(text)).toBe(text);
        },
      ),
    );
  });
});

function escapeAsJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
