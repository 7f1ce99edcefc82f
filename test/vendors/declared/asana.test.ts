import { describe, expect, it } from 'vitest';
import { openShipped, toLines } from './shipped.ts';

/** Five seconds after the recorded links were signed. */
const NOW = Date.UTC(2026, 4, 18, 10, 15, 5);

const asana = openShipped({
  id: 'asana',
  basePath: '/api/1.0',
  credential: () => ({ type: 'bearer', token: 'token-1' }),
  ids: { exportGid: '1209876543210001' },
  now: NOW,
});
const { fixture } = asana;

const FIELDS = 'opt_fields=created_at%2Cdownload_url%2Corganization%2Corganization.name%2Cstate';
const STATUS = `GET /api/1.0/organization_exports/1209876543210001?${FIELDS}`;
const FILE = 'domain_export_1331_1209876543210001_2026518-101500.json.gz';

function linkOf(name: string): string {
  return (fixture(name).data as { readonly download_url: string }).download_url;
}

describe('an export of Asana', () => {
  it.each([
    ['pending', { status: 'QUEUED', rawStatus: 'pending', files: null }],
    ['started', { status: 'RUNNING', rawStatus: 'started', files: null }],
    // A link before the end promises nothing.
    ['started-with-link', { status: 'RUNNING', files: null }],
    ['finished', { status: 'SUCCEEDED', outcome: 'COMPLETE', failure: null }],
    ['finished-without-link', { status: 'SUCCEEDED', outcome: 'COMPLETE', files: [] }],
    [
      'error',
      {
        status: 'FAILED',
        outcome: null,
        files: [],
        failure: { code: null, message: expect.stringMatching(/.{10}/) },
      },
    ],
  ])('is read from %s, by one call with all its fields', async (name, expected) => {
    const { result, requests } = await asana.read({ body: fixture(name) });

    expect(result).toMatchObject({
      key: asana.toKey(),
      createdAt: Date.parse('2026-05-18T09:00:00.147Z'),
      startedAt: null,
      finishedAt: null,
      progress: null,
      details: { organizationGid: '1331', organizationName: 'My Company' },
      ...expected,
    });
    expect(toLines(requests)).toEqual([STATUS]);
    expect(requests[0]?.headers).toMatchObject({
      authorization: 'Bearer token-1',
      accept: 'application/json',
    });
  });

  it('names its file after the link', async () => {
    const { result } = await asana.read({ body: fixture('finished') });

    expect(result).toMatchObject({ files: [{ name: FILE, mediaType: 'application/gzip' }] });
  });

  it('cannot be read from an answer without a state, which is no status', async () => {
    const { result } = await asana.read({ body: fixture('bare') });

    expect(result).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', message: expect.stringContaining('state') });
  });

  it('cannot be read from another export’s answer, nor from an id that is a number', async () => {
    const other = await asana.play({ body: fixture('pending') }, (account) =>
      account.readMany([asana.toKey({ exportGid: '1209876543210009' })]),
    );

    expect(other.result).toMatchObject([{ code: 'VENDOR_BAD_RESPONSE' }]);
  });

  it.each([
    [400, 'error-400', 'VENDOR_BAD_RESPONSE'],
    [401, 'error-401', 'VENDOR_UNAUTHENTICATED'],
    [402, 'error-402', 'VENDOR_FORBIDDEN'],
    [403, 'error-403', 'VENDOR_FORBIDDEN'],
    [404, 'error-404', 'EXPORT_NOT_FOUND'],
    [451, 'error-451', 'VENDOR_FORBIDDEN'],
    [429, 'error-429', 'VENDOR_RATE_LIMITED'],
  ])('answers %i with %s as %s', async (status, name, code) => {
    const { result } = await asana.read({
      status,
      headers: status < 500 ? { 'retry-after': '5' } : {},
      body: fixture(name),
    });

    expect(result).toMatchObject({ code, httpStatus: status, vendorCode: undefined });
  });

  it('is away where Asana fails, whatever its phrase', async () => {
    const { result } = await asana.read({ status: 500, body: fixture('error-500') });

    expect(result).toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    expect(String(result)).not.toContain('squid');
  });

  it('is left alone as long as Asana says, since refused calls count too', async () => {
    const { result, requests } = await asana.play(
      { status: 429, headers: { 'retry-after': '30' }, body: fixture('error-429') },
      async (account) => {
        await account.readMany([asana.toKey()]);
        return account.health();
      },
    );

    expect(result).toMatchObject({ state: 'THROTTLED', throttledUntil: NOW + 30_000 });
    expect(requests).toHaveLength(1);
  });

  it.each(['', 'abc', '1'.repeat(21), '1.5', '..'])('has no gid %j', (exportGid) => {
    expect(() => asana.toKey({ exportGid })).toThrow('exportGid');
  });
});

describe('a start at Asana', () => {
  it('lays the order below data, and takes the gid from there', async () => {
    const { result, requests } = await asana.start(
      { organization: '1331' },
      {
        status: 201,
        headers: { location: '/organization_exports/1209876543210001' },
        body: fixture('pending'),
      },
    );

    expect(result).toMatchObject({
      ids: { exportGid: '1209876543210001' },
      isExisting: false,
      snapshot: { status: 'QUEUED', rawStatus: 'pending', details: { organizationName: 'My Company' } },
    });
    expect(toLines(requests)).toEqual([`POST /api/1.0/organization_exports?${FIELDS}`]);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ data: { organization: '1331' } });
  });

  it.each([{}, { organization: 'My Company' }])('is refused by us with %j', async (order) => {
    const { result, requests } = await asana.start(order, { status: 201, body: fixture('pending') });

    expect(result).toMatchObject({ name: 'InputError' });
    expect(requests).toEqual([]);
  });

  it('hands on what Asana refuses, and starts nothing by itself', async () => {
    const { result, requests } = await asana.start(
      { organization: '1331' },
      { status: 400, body: fixture('error-400') },
    );

    expect(result).toMatchObject({ code: 'VENDOR_REJECTED', vendorMessage: 'organization: Missing input' });
    expect(requests).toHaveLength(1);
  });
});

describe('a file of Asana', () => {
  it.each([
    ['five minutes where the link says so', 'finished', Date.UTC(2026, 4, 18, 10, 20, 0)],
    ['an hour where the link says so', 'finished-hour', Date.UTC(2026, 4, 18, 11, 15, 0)],
    ['five minutes from now where it does not say', 'finished-unsigned', NOW + 300_000],
  ])('has a link that works for %s', async (_life, name, expiresAt) => {
    const { result, requests } = await asana.locate({ body: fixture(name) });

    expect(result).toMatchObject({
      type: 'link',
      url: linkOf(name),
      expiresAt,
      file: { mediaType: 'application/gzip' },
    });
    expect(toLines(requests)).toEqual([STATUS]);
  });

  it.each([
    ['pending', 'unfinished'],
    ['started-with-link', 'unfinished'],
    ['finished-without-link', 'gone'],
    ['error', 'gone'],
  ])('of an export that is %s is %s', async (name, type) => {
    const { result } = await asana.locate({ body: fixture(name) });

    expect(result).toEqual({ type });
  });

  it('of an export that is not there any more is gone', async () => {
    const { result } = await asana.locate({ status: 404, body: fixture('error-404') });

    expect(result).toEqual({ type: 'gone' });
  });

  it('stands at Amazon in any region, and at no host that looks alike', () => {});
});
