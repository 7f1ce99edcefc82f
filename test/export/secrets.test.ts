import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecrets } from '../../src/export/secrets.ts';

describe('masking by value', () => {
  it('masks a secret wherever it stands, and leaves the rest', () => {
    const secrets = createSecrets();
    secrets.add('s3cr3t-key');

    expect(secrets.mask('GET /x?api_key=s3cr3t-key&a=1 said "s3cr3t-key"')).toBe(
      'GET /x?api_key=[secret]&a=1 said "[secret]"',
    );
  });

  it.each([
    ['percent-encoded', encodeURIComponent('pass word/+"x')],
    ['as base64', Buffer.from('pass word/+"x').toString('base64')],
    ['escaped as JSON', JSON.stringify('pass word/+"x').slice(1, -1)],
  ])('masks a secret that is %s', (_title, spelling) => {
    const secrets = createSecrets();
    secrets.add('pass word/+"x');

    expect(secrets.mask(`before ${spelling} after`)).toBe('before [secret] after');
  });

  it('forgets passing secrets only when there are thousands, and lasting ones never', () => {
    const secrets = createSecrets();
    secrets.add('lasting-secret');
    for (let index = 0; index < 5_000; index += 1) secrets.addPassing(`passing-secret-${index}-x`);

    expect(secrets.mask('lasting-secret passing-secret-4999-x')).toBe('[secret] [secret]');
  });

  it('leaves no trace of any secret in any text', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 6, maxLength: 60 }),
        fc.string(),
        fc.string(),
        (secret, before, after) => {
          const secrets = createSecrets();
          secrets.add(secret);

          return !secrets.mask(`${before}${secret}${after}`).includes(secret) || '[secret]'.includes(secret);
        },
      ),
    );
  });
});
