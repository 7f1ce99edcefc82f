import type { ResolvedAddress } from '../../src/http/addresses.ts';
import type { FileLinkRules, LinkRefusal } from '../../src/http/file-transfer.ts';

/** An account as configured by default for vendors that keep their files at S3. */
export const S3_RULES: FileLinkRules = {
  baseUrl: 'https://api.vendor.example/v1',
  fileOrigins: ['*.amazonaws.com', 'files.vendor.example', 'https://files.vendor.example:8443'],
};

/** An account on this machine, beside a file store that is listed. */
export const LOOPBACK_RULES: FileLinkRules = {
  baseUrl: 'http://127.0.0.1:4100/web-admit',
  fileOrigins: ['http://127.0.0.1:4200', '*.amazonaws.com'],
};

/** What every good name stands for in these tests. */
export const PUBLIC_ADDRESS: ResolvedAddress = { address: '52.216.0.1', family: 4 };

export interface RefusedLink {
  readonly title: string;
  readonly link: string;
  readonly refusal: LinkRefusal;
  /** Default: the account with its files at S3. */
  readonly rules?: FileLinkRules;
  /** What the host stands for; default one public address. */
  readonly addresses?: readonly string[];
}

const S3 = 'https://bucket.s3.amazonaws.com';

const UNREADABLE: readonly RefusedLink[] = [
  ['nothing', ''],
  ['a word', 'export.csv'],
  ['a path', '/exports/1.csv'],
  ['protocol-relative', '//bucket.s3.amazonaws.com/a.csv'],
  ['data:', 'data:text/csv,a'],
  ['file:', 'file:///etc/passwd'],
  ['javascript:', 'javascript:alert(1)'],
  ['ftp:', 'ftp://bucket.s3.amazonaws.com/a'],
  ['one slash', 'https:/bucket.s3.amazonaws.com/a'],
  ['no slash', 'https:bucket.s3.amazonaws.com/a'],
  ['three slashes', 'https:///bucket.s3.amazonaws.com/a'],
  ['scheme in capitals', 'HTTPS://bucket.s3.amazonaws.com/a'],
  ['CR LF in the path', `${S3}/a\r\nset-cookie: x=1`],
  ['LF behind', `${S3}/a\n`],
  ['tab in the host', 'https://bucket.s3.amazon\taws.com/a'],
  ['blank in front', ` ${S3}/a`],
  ['blank in the path', `${S3}/a b`],
  ['NUL', `${S3}/a\0`],
  ['backslash behind the host', 'https://evil.example\\.s3.amazonaws.com/a'],
  ['backslash in the path', `${S3}/a\\b`],
  ['letters beyond ASCII', `${S3}/ü.csv`],
  ['an ideographic full stop', 'https://bucket。s3。amazonaws。com/a'],
  ['a fullwidth full stop', 'https://bucket.s3．amazonaws．com/a'],
  ['a soft hyphen', 'https://bucket.s3.amazon\u00adaws.com/a'],
  ['a percent-encoded host', 'https://bucket.s3.%61mazonaws.com/a'],
  ['a percent-encoded slash in the host', 'https://evil.example%2f.s3.amazonaws.com/a'],
  ['an empty port', `${S3}:/a`],
  ['a port with a zero in front', `${S3}:0443/a`],
  ['a port that is none', `${S3}:99999/a`],
  ['an empty host', 'https:///a'],
  ['ten kilobytes', `${S3}/${'a'.repeat(10_000)}`],
  ['IPv4 as one number', 'https://2130706433/a'],
  ['IPv4 in hex', 'https://0x7f000001/a'],
  ['IPv4 in hex parts', 'https://0x7f.0.0.1/a'],
  ['IPv4 in octal', 'https://0177.0.0.1/a'],
  ['IPv4 cut short', 'https://127.1/a'],
  ['IPv6 that is none', 'https://[::g]/a'],
  ['IPv4-mapped IPv6, dotted', 'https://[::ffff:127.0.0.1]/a'],
].map(([title = '', link = '']) => ({ title, link, refusal: 'unreadable' }));

const USER_INFO: readonly RefusedLink[] = [
  ['a user', 'https://user@bucket.s3.amazonaws.com/a'],
  ['a user and a password', 'https://user:word@bucket.s3.amazonaws.com/a'],
  ['nobody', 'https://@bucket.s3.amazonaws.com/a'],
  ['a host that looks like the right one', 'https://bucket.s3.amazonaws.com@evil.example/a'],
  ['two of them', 'https://a@b@bucket.s3.amazonaws.com/a'],
].map(([title = '', link = '']) => ({ title: `user-info: ${title}`, link, refusal: 'user-info' }));

const FOREIGN: readonly RefusedLink[] = [
  { title: 'http to a foreign host', link: 'http://evil.example/a', refusal: 'scheme' },
  { title: 'http to a listed host', link: 'http://files.vendor.example/a', refusal: 'scheme' },
  { title: 'http to the API itself', link: 'http://api.vendor.example/a', refusal: 'scheme' },
  { title: 'http to this machine', link: 'http://127.0.0.1/a', refusal: 'scheme' },
  { title: 'https to a foreign host', link: 'https://evil.example/a', refusal: 'host' },
  {
    title: 'a longer name that ends alike',
    link: 'https://evilamazonaws.com/a',
    refusal: 'host',
  },
  {
    title: 'the right name in front of a foreign one',
    link: 'https://bucket.s3.amazonaws.com.evil.com/a',
    refusal: 'host',
  },
  { title: 'the suffix itself', link: 'https://amazonaws.com/a', refusal: 'host' },
  { title: 'the suffix with a dot in front', link: 'https://.amazonaws.com/a', refusal: 'host' },
  { title: 'the suffix with a dot behind', link: 'https://bucket.s3.amazonaws.com./a', refusal: 'host' },
  { title: 'below a host listed alone', link: 'https://a.files.vendor.example/a', refusal: 'host' },
  { title: 'in punycode', link: 'https://bucket.s3.xn--mazonaws-06g.com/a', refusal: 'host' },
  {
    title: 'the right name as a query',
    link: 'https://evil.example?bucket.s3.amazonaws.com/a',
    refusal: 'host',
  },
  { title: 'the right name as a fragment', link: 'https://evil.example/#.amazonaws.com', refusal: 'host' },
  { title: 'IPv4', link: 'https://52.216.0.1/a', refusal: 'host' },
  { title: 'IPv4 of this machine', link: 'https://127.0.0.1/a', refusal: 'host' },
  {
    title: 'IPv4 of the cloud’s metadata',
    link: 'https://169.254.169.254/latest/meta-data',
    refusal: 'host',
  },
  { title: 'IPv6', link: 'https://[2600:1f18::1]/a', refusal: 'host' },
  { title: 'IPv6 of this machine', link: 'https://[::1]/a', refusal: 'host' },
  { title: 'IPv4-mapped IPv6', link: 'https://[::ffff:7f00:1]/a', refusal: 'host' },
  { title: 'localhost', link: 'https://localhost/a', refusal: 'host' },
  { title: 'another port', link: `${S3}:8443/a`, refusal: 'port' },
  { title: 'the port of http', link: `${S3}:80/a`, refusal: 'port' },
  { title: 'another port than the listed one', link: 'https://files.vendor.example:8444/a', refusal: 'port' },
];

const LED_ASTRAY: readonly RefusedLink[] = [
  ['this machine', '127.0.0.1'],
  ['all of this machine', '0.0.0.0'],
  ['a private network (10)', '10.0.0.8'],
  ['a private network (172.16)', '172.20.1.1'],
  ['a private network (192.168)', '192.168.1.1'],
  ['a link-local address', '169.254.10.1'],
  ['the cloud’s metadata', '169.254.169.254'],
  ['carrier-grade NAT', '100.64.0.1'],
  ['a benchmark network', '198.18.0.1'],
  ['multicast', '224.0.0.1'],
  ['broadcast', '255.255.255.255'],
  ['this machine in IPv6', '::1'],
  ['no address in IPv6', '::'],
  ['a link-local address in IPv6', 'fe80::1'],
  ['a unique local address', 'fd00:ec2::254'],
  ['a site-local address', 'fec0::1'],
  ['this machine, mapped into IPv6', '::ffff:127.0.0.1'],
  ['the metadata, mapped into IPv6', '::ffff:a9fe:a9fe'],
  ['this machine, IPv4-compatible', '::127.0.0.1'],
  ['a private network, translated (NAT64)', '64:ff9b::a00:1'],
  ['a private network, IPv4-compatible in hex', '::a00:1'],
  ['an address that nobody has been given', '4000::1'],
  ['this machine, by 6to4', '2002:7f00:1::'],
  ['a tunnel (Teredo)', '2001::1'],
  ['what is no address at all', 'elsewhere'],
].map(([title = '', address = '']) => ({
  title: `a name that stands for ${title}`,
  link: `${S3}/a`,
  refusal: 'address',
  addresses: [address],
}));

const LED_HALF_ASTRAY: readonly RefusedLink[] = [
  {
    title: 'a name with a public address and a private one',
    link: `${S3}/a`,
    refusal: 'address',
    addresses: [PUBLIC_ADDRESS.address, '10.0.0.1'],
  },
  { title: 'a name that stands for nothing', link: `${S3}/a`, refusal: 'address', addresses: [] },
];

const ON_LOOPBACK: readonly RefusedLink[] = [
  ['another port of this machine', 'http://127.0.0.1:4101/a', 'scheme'],
  ['another name of this machine', 'http://localhost:4100/a', 'scheme'],
  ['another address of this machine', 'http://127.0.0.2:4100/a', 'scheme'],
  ['its own port, shortened', 'http://127.1:4100/a', 'unreadable'],
  ['its own port over https', 'https://127.0.0.1:4100/a', 'port'],
  ['a foreign host over http', 'http://evil.example/a', 'scheme'],
].map(([title = '', link = '', refusal]) => ({
  title: `from an account on this machine: ${title}`,
  link,
  refusal: refusal as LinkRefusal,
  rules: LOOPBACK_RULES,
  addresses: ['127.0.0.1'],
}));

/** Links that no reader is ever sent to, and why. docs/files.md tells them by kind. */
export const REFUSED_LINKS: readonly RefusedLink[] = [
  ...UNREADABLE,
  ...USER_INFO,
  ...FOREIGN,
  ...LED_ASTRAY,
  ...LED_HALF_ASTRAY,
  ...ON_LOOPBACK,
];
