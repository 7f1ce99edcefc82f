import { describe, expect, it } from 'vitest';
import { toLinkExpiry } from '../../../src/vendors/hi-energy/files.ts';
import { RECEIVED_AT } from './support.ts';

const HOUR_MS = 3_600_000;

function toLink(date: string, seconds: string): string {
  return `https://bucket.s3.amazonaws.com/4213.csv?X-Amz-Date=${date}&X-Amz-Expires=${seconds}&X-Amz-Signature=deadbeef`;
}

describe('the end of a presigned link', () => {
  it('is counted from the answer, as the vendor says', () => {
    expect(toLinkExpiry('https://bucket.s3.amazonaws.com/4213.csv', 60, RECEIVED_AT)).toBe(
      RECEIVED_AT + 60_000,
    );
  });

  it('is an hour away where the vendor does not say', () => {
    expect(toLinkExpiry('https://bucket.s3.amazonaws.com/4213.csv', null, RECEIVED_AT)).toBe(
      RECEIVED_AT + HOUR_MS,
    );
  });

  it('is what the link itself says where that is sooner', () => {
    const link = toLink('20260518T090000Z', '600');

    expect(toLinkExpiry(link, 3_600, RECEIVED_AT)).toBe(Date.UTC(2026, 4, 18, 9, 10, 0));
  });

  it('is never later than the vendor says, whatever the link says', () => {
    const link = toLink('20260518T090500Z', '604800');

    expect(toLinkExpiry(link, 3_600, RECEIVED_AT)).toBe(RECEIVED_AT + HOUR_MS);
  });

  it('is not in the past for a link just minted: then the clocks disagree', () => {
    const link = toLink('20240101T000000Z', '900');

    expect(toLinkExpiry(link, 3_600, RECEIVED_AT)).toBe(RECEIVED_AT + 900_000);
  });

  it.each([
    ['', ''],
    ['20260518T090500Z', '-5'],
    ['20260518T090500Z', '1e9'],
    ['20260518T090500Z', '9'.repeat(40)],
    ['20261318T090500Z', '600'],
    ['2026-05-18T09:05:00Z', '600'],
  ])('ignores the signature times %j and %j', (date, seconds) => {
    expect(toLinkExpiry(toLink(date, seconds), null, RECEIVED_AT)).toBe(RECEIVED_AT + HOUR_MS);
  });

  it('is told for a link that is no address at all', () => {
    expect(toLinkExpiry('not a url', null, RECEIVED_AT)).toBe(RECEIVED_AT + HOUR_MS);
  });
});
