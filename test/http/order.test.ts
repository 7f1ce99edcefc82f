import { describe, expect, it } from 'vitest';
import { StartError } from '../../src/export/errors.ts';
import type { AccountResponse } from '../../src/http/types.ts';
import { startFakeVendor } from '../support/fake-vendor.ts';
import { drive, failure, type Stage, startStage } from './support.ts';

const ORDER = { method: 'POST', path: ['jobs'], json: { type: 'weekly' } } as const;

/** What a vendor's `read` does, in short. */
function readJob(stage: Stage) {
  return (response: AccountResponse): string => {
    const { client } = stage;
    const body = response.json as { id?: string; message?: string } | undefined;
    if (response.status === 400) throw client.toRejection(response, 'an export', body?.message);
    if (response.status >= 300) throw client.toVendorError(response, 'an export');
    if (body?.id === undefined) throw client.toLostAnswer(response, 'an export', '"id" is missing');
    return body.id;
  };
}

const order = (stage: Stage) => stage.client.order(ORDER, undefined, 'an export', readJob(stage));
const fail = (stage: Stage) => failure(drive(stage.clock, order(stage)));

describe('an order', () => {
  it('is sent as JSON with the credential, and what it began is read', async () => {
    await using stage = await startStage(() => ({ status: 202, body: { id: 'job-1' } }));

    expect(await order(stage)).toBe('job-1');

    const [{ request } = { request: undefined }] = stage.arrivals;
    expect(request).toMatchObject({ method: 'POST', url: '/api/v1/jobs', body: '{"type":"weekly"}' });
    expect(request?.headers).toMatchObject({ 'content-type': 'application/json' });
    expect(stage.calls).toMatchObject([{ purpose: 'api', outcome: 202 }]);
    expect(stage.client.health()).toMatchObject({ state: 'HEALTHY' });
  });

  it.each([500, 502, 503, 504, 301, 302, 307, 308, 408])(
    'may have been carried out where the answer is %i, and is sent once',
    async (status) => {
      await using elsewhere = await startFakeVendor(() => ({ status: 201, body: { id: 'other' } }));
      await using stage = await startStage(() => ({
        status,
        headers: { location: `${elsewhere.url}/jobs`, 'retry-after': '1' },
        body: { id: 'job-1' },
      }));

      const error = await fail(stage);

      expect(error).toBeInstanceOf(StartError);
      expect(error).toMatchObject({ code: 'START_OUTCOME_UNKNOWN', httpStatus: status, isRetryable: false });
      expect(error.message).toMatch(/Look at Hi Energy before ordering anew\..*same idempotency key/);
      expect(stage.api()).toBe(1);
      expect(elsewhere.requests).toEqual([]);
    },
  );
});
