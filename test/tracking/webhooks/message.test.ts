import { describe, expect, it } from 'vitest';
import { toBody, toTestBody } from '../../../src/tracking/webhooks/message.ts';
import { AT, toDelivery, toFinished } from './support.ts';

const FILE = {
  name: 'Applicants.csv',
  mediaType: 'text/csv',
  url: 'https://waybill.example/files/a.b',
  urlExpiresAt: AT + 900_000,
};

describe('the body of a webhook', () => {
  it('tells of the export as it was, with links', () => {
    const delivery = toDelivery('msg_1', { label: 'May' });

    expect(toBody(delivery, [FILE])).toEqual({
      type: 'export.succeeded',
      timestamp: '2026-11-22T10:00:00.000Z',
      data: {
        id: delivery.key.id,
        vendor: 'web-admit',
        account: 'admit',
        name: 'Applicants',
        label: 'May',
        status: 'SUCCEEDED',
        rawStatus: 'Available',
        outcome: 'COMPLETE',
        failure: null,
        createdAt: '2026-11-22T09:59:00.000Z',
        finishedAt: '2026-11-22T10:00:00.000Z',
        files: [{ ...FILE, urlExpiresAt: '2026-11-22T10:15:00.000Z' }],
        locator: 'web-admit:7',
      },
    });
  });

  it('tells why a job failed, and nothing of ours beside', () => {
    const failure = { code: 'E1', message: 'Too many rows.', isRetryable: false, retryAfterMs: null };
    const snapshot = toFinished('7', {
      status: 'FAILED',
      outcome: null,
      failure: { ...failure, internal: 'x' } as typeof failure,
    });

    expect(toBody(toDelivery('msg_1', { type: 'export.failed', snapshot }), []).data).toMatchObject({
      status: 'FAILED',
      outcome: null,
      files: [],
      failure,
    });
    expect(JSON.stringify(toBody(toDelivery('msg_1', { snapshot }), null))).not.toContain('internal');
  });

  it('has null for all that the vendor has not told, where it was never read', () => {
    const delivery = toDelivery('msg_1', { type: 'export.tracked', snapshot: null });

    expect(toBody(delivery, null).data).toEqual({
      id: delivery.key.id,
      vendor: 'web-admit',
      account: 'admit',
      name: null,
      label: null,
      status: null,
      rawStatus: null,
      outcome: null,
      failure: null,
      createdAt: null,
      finishedAt: null,
      files: null,
      locator: 'web-admit:7',
    });
  });

  it('of a test has the same fields, and names no export', () => {
    const { type, data } = toTestBody(AT);

    expect(type).toBe('test');
    expect(Object.keys(data)).toEqual(Object.keys(toBody(toDelivery('msg_1'), null).data));
    expect(Object.values(data).every((value) => value === null)).toBe(true);
  });
});
