import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResolveHost } from '../../src/http/addresses.ts';
import { type CheckedLink, checkFileLink } from '../../src/http/file-transfer.ts';
import { LOOPBACK_RULES, PUBLIC_ADDRESS, REFUSED_LINKS, S3_RULES } from './refused-links.ts';

const toPublic: ResolveHost = async () => [PUBLIC_ADDRESS];

function resolveTo(...addresses: readonly string[]): ResolveHost {
  return async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}

async function accept(link: string, rules = S3_RULES, resolveHost = toPublic): Promise<CheckedLink> {
  const checked = await checkFileLink(link, rules, resolveHost);
  if ('refusal' in checked) throw new Error(`refused: ${checked.refusal}`);
  return checked;
}

describe('a link that is refused', () => {
  it.each(REFUSED_LINKS)('$title: $refusal', async ({ link, refusal, rules = S3_RULES, addresses }) => {
    const resolveHost = addresses === undefined ? toPublic : resolveTo(...addresses);

    expect(await checkFileLink(link, rules, resolveHost)).toEqual({ refusal });
  });

  it('is one whose name cannot be looked up', async () => {
    const fails: ResolveHost = () => Promise.reject(new Error('ENOTFOUND bucket'));
    const throws: ResolveHost = () => {
      throw new Error('no resolver');
    };

    for (const resolveHost of [fails, throws])
      expect(await checkFileLink('https://a.amazonaws.com/', S3_RULES, resolveHost)).toEqual({
        refusal: 'address',
      });
  });

  it('is not looked up where its host is not listed', async () => {
    const asked: string[] = [];
    const resolveHost: ResolveHost = async (host) => {
      asked.push(host);
      return [PUBLIC_ADDRESS];
    };

    await checkFileLink('https://evil.example/a', S3_RULES, resolveHost);

    expect(asked).toEqual([]);
  });
});

describe('a link that is accepted', () => {
  it.each([
    ['a listed host', 'https://files.vendor.example/a.csv'],
    ['below a listed suffix', 'https://bucket.s3.amazonaws.com/a.csv'],
    ['far below a listed suffix', 'https://my.own.bucket.s3.eu-west-1.amazonaws.com/a.csv'],
    ['the host in capitals', 'https://Bucket.S3.AmazonAWS.com/a.csv'],
    ['the port of https, written out', 'https://bucket.s3.amazonaws.com:443/a.csv'],
    ['a listed origin with its port', 'https://files.vendor.example:8443/a.csv'],
    ["the API's own origin", 'https://api.vendor.example/files/1'],
    ['a query right behind the host', 'https://bucket.s3.amazonaws.com?X-Amz-Signature=1'],
    ['no path', 'https://bucket.s3.amazonaws.com'],
    ['8,192 characters', `https://a.amazonaws.com/${'a'.repeat(8_192 - 24)}`],
  ])('has %s, and stays byte for byte', async (_title, link) => {
    expect((await accept(link)).url).toBe(link);
  });

  it('has any host where the vendor does not publish its hosts, and still https, the standard port and a public address', async () => {
    const rules = { ...S3_RULES, fileOrigins: ['*'] };
    const check = (link: string, address = '52.216.0.1') =>
      checkFileLink(link, rules, async () => [{ address, family: 4 }]);

    expect(await check('https://files.example.net/a.zip')).toMatchObject({
      url: 'https://files.example.net/a.zip',
    });
    expect(await check('http://files.example.net/a.zip')).toEqual({ refusal: 'scheme' });
    expect(await check('https://files.example.net:8443/a.zip')).toEqual({ refusal: 'port' });
    expect(await check('https://me@files.example.net/a.zip')).toEqual({ refusal: 'user-info' });
    expect(await check('https://files.example.net/a.zip', '10.0.0.8')).toEqual({ refusal: 'address' });
  });

  it.each([
    ['*files.eu.vendor.example', 'https://my-files.eu.vendor.example/a', null],
    ['*files.eu.vendor.example', 'https://files.eu.vendor.example/a', 'host'],
    ['*files.eu.vendor.example', 'https://evil.files.eu.vendor.example/a', 'host'],
    ['*files.eu.vendor.example', 'https://my-files.eu.vendor.example.evil.com/a', 'host'],
    ['files.shared.example/bucket/', 'https://files.shared.example/bucket/a?b', null],
    ['files.shared.example/bucket/', 'https://files.shared.example/bucket', 'host'],
    ['files.shared.example/bucket/', 'https://files.shared.example/bucket-of-another/a', 'host'],
    ['files.shared.example/bucket/', 'https://files.shared.example/bucket/../another/a', 'host'],
    ['files.shared.example/bucket/', 'https://files.shared.example/bucket/%2e%2e/another/a', 'host'],
    ['files.shared.example/bucket/', 'https://files.shared.example/another/../bucket/a', 'host'],
    ['files.shared.example/bucket/', 'https://files.shared.example/%62ucket/a', 'host'],
    ['files.shared.example/bucket/', 'https://a.files.shared.example/bucket/a', 'host'],
    ['files.shared.example/bucket/', 'https://files.shared.example:8443/bucket/a', 'port'],
  ])('by %j: %s, refused: %s', async (origin, link, refusal) => {
    const rules = { ...S3_RULES, fileOrigins: [origin] };

    expect(await checkFileLink(link, rules, async () => [PUBLIC_ADDRESS])).toMatchObject(
      refusal === null ? { url: link } : { refusal },
    );
  });

  it('keeps its query as the vendor signed it', async () => {
    const target =
      "/a//b/../c%2Fd?Signature=a%2Bb%2f+c==&response-content-disposition=attachment%3B%20filename='x'&&";

    const checked = await accept(`https://bucket.s3.amazonaws.com${target}`);

    expect(checked).toEqual({
      url: `https://bucket.s3.amazonaws.com${target}`,
      origin: 'https://bucket.s3.amazonaws.com',
      target,
      addresses: [PUBLIC_ADDRESS],
    });
  });

  it.each([
    ['https://bucket.s3.amazonaws.com', '/'],
    ['https://bucket.s3.amazonaws.com?a=1', '/?a=1'],
    ['https://bucket.s3.amazonaws.com/a?b#c?d', '/a?b'],
    ['https://bucket.s3.amazonaws.com/a#', '/a'],
  ])('asks %s for %s', async (link, target) => {
    expect(await accept(link)).toMatchObject({ url: link, target });
  });

  it('may lead to an address of a network that translates from IPv6', async () => {
    const { addresses } = await accept(
      'https://a.amazonaws.com/',
      S3_RULES,
      resolveTo('64:ff9b::34d8:1', '52.216.0.1'),
    );

    expect(addresses.map(({ address }) => address)).toEqual(['64:ff9b::34d8:1', '52.216.0.1']);
  });

  it.each([
    'http://127.0.0.1:4100/files-store/a?b=1',
    'http://127.0.0.1:4200/a',
    'https://a.amazonaws.com/a',
  ])('may be %s for an account on this machine', async (link) => {
    const checked = await accept(link, LOOPBACK_RULES, resolveTo('127.0.0.1'));

    expect(checked.url).toBe(link);
  });

  it('is looked up anew each time', async () => {
    const answers = ['52.216.0.1', '10.0.0.1'];
    const resolveHost: ResolveHost = async () => [{ address: answers.shift() ?? '', family: 4 }];
    const check = () => checkFileLink('https://a.amazonaws.com/', S3_RULES, resolveHost);

    expect([await check(), await check()]).toEqual([
      expect.objectContaining({ addresses: [PUBLIC_ADDRESS] }),
      { refusal: 'address' },
    ]);
  });
});

describe('any text at all', () => {
  const hosts = fc.constantFrom(
    'bucket.s3.amazonaws.com',
    'amazonaws.com',
    'evil.example',
    'files.vendor.example',
    'files.vendor.example:8443',
    '127.0.0.1:4100',
    '[::1]',
    '0x7f.1',
    'user@bucket.s3.amazonaws.com',
  );
  const noise = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.webUrl());
  const links = fc.oneof(
    noise,
    fc.webUrl({ validSchemes: ['http', 'https', 'ftp'], withFragments: true, withQueryParameters: true }),
    fc
      .tuple(fc.constantFrom('https://', 'http://', '//', 'https:'), hosts, noise)
      .map((parts) => parts.join('')),
    // One character anywhere in a good link is replaced, or put in between.
    fc.tuple(fc.nat(60), fc.string({ unit: 'binary', maxLength: 2 }), fc.nat(1)).map(([at, text, cut]) => {
      const good = 'https://bucket.s3.amazonaws.com/exports/1.csv?Signature=a%2Bb';
      return good.slice(0, at) + text + good.slice(at + cut);
    }),
  );

  it('is refused, or is a link to a listed host, unchanged', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(links, async (link) => {
        const checked = await checkFileLink(link, S3_RULES, toPublic);
        if ('refusal' in checked) return;
        accepted += 1;
        const url = new URL(link);
        expect(checked.url).toBe(link);
        expect(url.protocol).toBe('https:');
        expect(url.username + url.password).toBe('');
        expect(isListed(url)).toBe(true);
        expect(new URL(checked.target, checked.origin).host).toBe(url.host);
        expect(link).toMatch(/^[\x21-\x7e]+$/);
      }),
      { numRuns: 5_000, seed: 4 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  function isListed({ hostname, port }: URL): boolean {
    if (hostname === 'api.vendor.example' || hostname === 'files.vendor.example')
      return ['', '8443'].includes(port);
    return hostname.endsWith('.amazonaws.com') && port === '';
  }
});
