import { describe, expect, it } from 'vitest';
import { createManualClock } from '../support/manual-clock.ts';
import { call, createToyFile, startToy } from './toy-vendor.ts';

const STYLES = ['v2', 'v4'] as const;

async function startStore(lifetimeMs = 30_000) {
  const clock = createManualClock();
  const { toy, simulators } = await startToy({ clock });
  const file = createToyFile();
  return {
    clock,
    simulators,
    file,
    v2: toy.surroundings().files.presign(file, lifetimeMs, 'v2'),
    v4: toy.surroundings().files.presign(file, lifetimeMs, 'v4'),
    presign: (style: 'v2' | 'v4') => toy.surroundings().files.presign(file, lifetimeMs, style),
    [Symbol.asyncDispose]: () => simulators[Symbol.asyncDispose](),
  };
}

describe('a presigned link', () => {
  it.each(STYLES)('opens its file by GET (%s)', async (style) => {
    await using store = await startStore();

    const answer = await call(store[style]);

    expect(answer.status).toBe(200);
    expect(answer.bytes.equals(Buffer.from(await store.file.bytes()))).toBe(true);
    expect(answer.headers).toMatchObject({
      'content-length': String(answer.bytes.length),
      'content-type': 'text/csv;charset=utf-8',
      'content-disposition': `attachment; filename="Calls _ la carte.csv"; filename*=UTF-8''Calls%20%C3%A0%20la%20carte.csv`,
      'accept-ranges': 'bytes',
    });
    expect(answer.headers.etag).toMatch(/^"[0-9a-f]{32}"$/);
  });

  it.each(STYLES)('tells the same by HEAD, without the file (%s)', async (style) => {
    await using store = await startStore();

    const answer = await call(store[style], { method: 'HEAD' });

    expect(answer.status).toBe(200);
    expect(answer.bytes).toHaveLength(0);
    expect(answer.headers['content-length']).toBe(String((await store.file.bytes()).length));
  });

  it('is written in the parameters of signature version 2, percent-encoded', async () => {
    await using store = await startStore();

    const [path, query = ''] = store.v2.split('?');
    const names = query.split('&').map((part) => part.split('=')[0]);

    expect(path).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/files-store\/exports\/files\/000\/000\/001\/[0-9a-f]{16}_original\.csv$/,
    );
    expect(names).toEqual([
      'AWSAccessKeyId',
      'Expires',
      'Signature',
      'response-content-disposition',
      'response-content-type',
    ]);
    expect(new URLSearchParams(query).get('Expires')).toBe(String(store.clock.now() / 1_000 + 30));
    expect(/Signature=([^&]*)/.exec(query)?.[1]).toMatch(/%2B.*%3D$/);
  });

  it('is written in the parameters of signature version 4', async () => {
    await using store = await startStore();

    const query = new URL(store.v4).searchParams;

    expect([...query.keys()]).toEqual([
      'X-Amz-Algorithm',
      'X-Amz-Credential',
      'X-Amz-Date',
      'X-Amz-Expires',
      'X-Amz-SignedHeaders',
      'response-content-disposition',
      'response-content-type',
      'X-Amz-Signature',
    ]);
    expect(query.get('X-Amz-Date')).toBe('20261122T100000Z');
    expect(query.get('X-Amz-Expires')).toBe('30');
    expect(query.get('X-Amz-Signature')).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each(STYLES)('expires on the simulated clock (%s)', async (style) => {
    await using store = await startStore(30_000);

    await store.clock.advance(29_999);
    const before = await call(store[style]);
    await store.clock.advance(1);
    const after = await call(store[style]);

    expect(before.status).toBe(200);
    expect(after.status).toBe(403);
    expect(after.headers['content-type']).toBe('application/xml');
    expect(after.text).toContain('<Code>AccessDenied</Code><Message>Request has expired</Message>');
    expect(after.text).toContain('<Expires>2026-11-22T10:00:30Z</Expires>');
  });

  it.each(STYLES)('keeps its path when it is minted anew, and works again (%s)', async (style) => {
    await using store = await startStore();
    await store.clock.advance(60_000);

    const fresh = store.presign(style);

    expect(fresh.split('?')[0]).toBe(store[style].split('?')[0]);
    expect((await call(fresh)).status).toBe(200);
  });

  const tampered: readonly (readonly [string, (link: string) => string])[] = [
    ['a longer life', (link) => link.replace(/(Expires=)(\d+)/, '$19999999999')],
    ['another path', (link) => link.replace('_original', '_modified')],
    ['another file name', (link) => link.replace('carte', 'karte')],
    ['another signature', (link) => link.replace(/Signature=../, 'Signature=00')],
    ['blanks re-encoded as plus signs', (link) => link.replaceAll('%20', '+')],
    ['a parameter more', (link) => `${link}&x=1`],
  ];
  it.each(tampered.flatMap(([what, change]) => STYLES.map((style) => [what, style, change] as const)))(
    'refuses %s (%s)',
    async (_what, style, change) => {
      await using store = await startStore();
      const link = change(store[style]);

      const answer = await call(link);

      expect(link).not.toBe(store[style]);
      expect(answer.status).toBe(403);
      expect(answer.text).toContain('<Code>SignatureDoesNotMatch</Code>');
    },
  );

  it('is refused when the plus sign of its signature arrives as a blank', async () => {
    await using store = await startStore();

    const answer = await call(store.v2.replace('%2B', '+'));

    expect(answer.text).toContain('<Code>SignatureDoesNotMatch</Code>');
  });

  it('is needed at all', async () => {
    await using store = await startStore();

    const answer = await call(store.v2.split('?')[0] ?? '');

    expect(answer.status).toBe(403);
    expect(answer.text).toContain('<Code>AccessDenied</Code>');
  });

  it('is worthless in the next process', async () => {
    await using store = await startStore();
    await using other = await startStore();

    const answer = await call(store.v2.replace(store.simulators.url, other.simulators.url));

    expect(answer.text).toContain('<Code>SignatureDoesNotMatch</Code>');
  });

  it.each([
    ['authorization', 'Bearer token'],
    ['x-api-key', 'key'],
    ['Authorization', 'Basic eDp5'],
  ])('is refused beside a second credential: %s: %s', async (name, value) => {
    await using store = await startStore();

    const answer = await call(store.v4, { headers: { [name]: value } });

    expect(answer.status).toBe(400);
    expect(answer.text).toContain('<Code>InvalidArgument</Code><Message>Only one auth mechanism allowed');
  });

  it('does not take a POST', async () => {
    await using store = await startStore();

    const answer = await call(store.v2, { method: 'POST', body: 'x' });

    expect(answer.status).toBe(405);
  });
});

describe('ranges', () => {
  it.each([
    ['bytes=0-9', 0, 10],
    ['bytes=10-', 10, undefined],
    ['bytes=-5', -5, undefined],
    ['bytes=3-99999999', 3, undefined],
  ])('%s is answered with 206', async (range, start, end) => {
    await using store = await startStore();
    const whole = Buffer.from(await store.file.bytes());
    const expected = whole.subarray(start, end);

    const answer = await call(store.v2, { headers: { range } });

    expect(answer.status).toBe(206);
    expect(answer.bytes.equals(expected)).toBe(true);
    expect(answer.headers['content-range']).toMatch(new RegExp(`^bytes \\d+-\\d+/${whole.length}$`));
  });

  it.each(['bytes=99999999-', 'bytes=-0'])('%s is answered with 416', async (range) => {
    await using store = await startStore();

    const answer = await call(store.v2, { headers: { range } });

    expect(answer.status).toBe(416);
    expect(answer.headers['content-range']).toBe(`bytes */${(await store.file.bytes()).length}`);
  });

  it.each(['bytes=0-1,4-5', 'bytes=9-3', 'lines=1-2', 'bytes=-'])('%s is ignored', async (range) => {
    await using store = await startStore();

    expect((await call(store.v2, { headers: { range } })).status).toBe(200);
  });

  it('are only given of the file that was meant', async () => {
    await using store = await startStore();
    const { etag } = (await call(store.v2)).headers;

    const same = await call(store.v2, { headers: { range: 'bytes=0-9', 'if-range': String(etag) } });
    const other = await call(store.v2, { headers: { range: 'bytes=0-9', 'if-range': '"other"' } });

    expect([same.status, other.status]).toEqual([206, 200]);
  });
});
