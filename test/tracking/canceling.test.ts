import { afterEach, describe, expect, it } from 'vitest';
import { type FakeReply, type ReceivedRequest, startFakeVendor } from '../support/fake-vendor.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { createManualClock } from '../support/manual-clock.ts';

const CANCEL = /* GraphQL */ `
  mutation Cancel($locator: ExportLocator!) { cancelExport(locator: $locator) { export { id status rawStatus } } }
`;
const READ = /* GraphQL */ `
  query Read($locator: ExportLocator!, $maxAgeMs: Int) { export(locator: $locator, maxAgeMs: $maxAgeMs) { status } }
`;
const locator = { talkdesk: { reportType: 'calls', jobId: 'job-1' } };

const opened: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

/** A gateway in front of one Talkdesk account whose job stands where `job.status` says. */
async function setUp(onDelete: (job: { status: string }) => FakeReply) {
  const job = { status: 'processing' };
  const clock = createManualClock();
  const vendor = await startFakeVendor((request: ReceivedRequest) => {
    if (request.method === 'DELETE') return onDelete(job);
    return { status: 200, body: JSON.stringify({ job: { id: 'job-1', status: job.status, format: 'csv' } }) };
  });
  opened.push(vendor);
  const gateway: TestGateway = await startTestGateway({
    accounts: [
      {
        key: 'desk',
        vendor: 'talkdesk',
        baseUrl: vendor.url,
        credential: { type: 'bearer', token: 'desk-token-0001' },
        // The clock stands still: nothing may wait for its turn.
        limits: { requestsPerSecond: 1_000 },
      },
    ],
    tools: { clock },
  });
  opened.push(gateway);
  const deletions = () => vendor.requests.filter(({ method }) => method === 'DELETE').length;
  return { job, clock, vendor, gateway, deletions, cancel: () => gateway.query(CANCEL, { locator }) };
}

describe('cancelling a job', () => {
  it('is CANCELING until the vendor confirms, for every reader, and then CANCELED', async () => {
    const { job, gateway, deletions, cancel } = await setUp(() => ({ status: 204 }));

    const canceling = await cancel();
    const read = await gateway.query(READ, { locator });
    job.status = 'canceled';
    const after = await gateway.query(READ, { locator });

    expect(canceling.errors).toEqual([]);
    expect(canceling.data.cancelExport.export).toMatchObject({
      status: 'CANCELING',
      rawStatus: 'processing',
    });
    expect(read.data.export.status).toBe('CANCELING');
    expect(after.data.export.status).toBe('CANCELED');
    expect(deletions()).toBe(1);
  });

  it('is watched meanwhile, although nobody looks', async () => {
    const { clock, vendor, cancel } = await setUp(() => ({ status: 204 }));
    await cancel();
    const before = vendor.requests.length;

    await clock.advance(60_000);

    expect(vendor.requests.length).toBeGreaterThan(before);
  });

  it('says so where the job ended otherwise', async () => {
    const { job, gateway, cancel } = await setUp(() => ({ status: 204 }));
    await cancel();
    job.status = 'done';

    const { data } = await gateway.query(READ, { locator });

    expect(data.export.status).toBe('SUCCEEDED');
  });

  it('deletes nothing where the job had ended already: the answer tells how', async () => {
    const { job, deletions, cancel } = await setUp(() => ({ status: 204 }));
    job.status = 'done';

    const { data, errors } = await cancel();

    expect(errors).toEqual([]);
    expect(data.cancelExport.export.status).toBe('SUCCEEDED');
    expect(deletions()).toBe(0);
  });

  it('tells the end of a job that ended just before the vendor was asked', async () => {
    const { cancel } = await setUp((job) => {
      job.status = 'done';
      return { status: 403, body: JSON.stringify({ code: '403', message: 'Forbidden' }) };
    });

    const { data, errors } = await cancel();

    expect(errors).toEqual([]);
    expect(data.cancelExport.export.status).toBe('SUCCEEDED');
  });

  it('tells how the job stands where the vendor says that there is nothing to stop', async () => {
    const { cancel } = await setUp(() => ({ status: 404 }));

    const { data, errors } = await cancel();

    expect(errors).toEqual([]);
    expect(data.cancelExport.export.status).toBe('RUNNING');
  });

  it('is the error that the vendor gave where the job goes on, and is asked for once', async () => {
    const { deletions, cancel } = await setUp(() => ({ status: 503 }));

    const { errors } = await cancel();

    expect(errors[0]?.extensions).toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    expect(deletions()).toBe(1);
  });

  it('is UNSUPPORTED_BY_VENDOR where the vendor has no such call, and asks it nothing', async () => {
    const vendor = await startFakeVendor(() => ({ status: 500 }));
    opened.push(vendor);
    const gateway = await startTestGateway({
      accounts: [
        {
          key: 'hi',
          vendor: 'hi-energy',
          baseUrl: vendor.url,
          credential: { type: 'api-key', apiKey: 'hi-key-0001' },
        },
      ],
    });
    opened.push(gateway);

    const { errors } = await gateway.query(CANCEL, { locator: { hiEnergy: { exportId: '1' } } });

    expect(errors[0]?.extensions).toMatchObject({ code: 'UNSUPPORTED_BY_VENDOR', vendor: 'hi-energy' });
    expect(vendor.requests).toEqual([]);
  });
});
