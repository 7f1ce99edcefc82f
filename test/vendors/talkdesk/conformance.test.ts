import { talkdesk } from '../../../src/vendors/talkdesk/index.ts';
import type { FakeAnswer, ReceivedRequest } from '../../support/fake-vendor.ts';
import { describeVendorAccount, type JobState } from '../conformance.ts';
import { filePath, readFixture, toJobId } from './support.ts';

const SAMPLES: Readonly<Record<JobState, string>> = {
  running: 'processing',
  succeeded: 'done',
  failed: 'failed',
};

describeVendorAccount('Talkdesk', {
  definition: talkdesk,
  basePath: '',
  credential: (origin) => ({
    type: 'client-credentials',
    tokenUrl: `${origin}/oauth/token`,
    clientId: 'conformance-talkdesk-client-161803',
    clientSecret: 'conformance-talkdesk-secret-398874',
  }),
  ids: (n) => ({ reportType: 'calls', jobId: toJobId(n) }),
  requestShape: /^\/data\/reports\/calls\/jobs(\/[A-Za-z0-9_-]{1,64}|\?page=1&per_page=100)$/,
  exportOf,
  answer: (request, state) => toAnswer(request, SAMPLES[state], {}),
  wordAnswer: (request, status) => toAnswer(request, SAMPLES.running, { status }),
  orders: {
    input: {
      account: 'conformance',
      reportType: 'calls',
      name: 'Calls of May',
      timezone: 'Europe/Lisbon',
      format: 'csv',
      from: Date.UTC(2024, 4, 1),
      to: Date.UTC(2024, 4, 2),
      parameters: { filters: { queue: 'sales' } },
    },
    request: 'POST /data/reports/calls/jobs',
    answer: () => toOrderAnswer({}),
    idAnswer: (id) => toOrderAnswer({ id }),
    wordAnswer: (status) => toOrderAnswer({ status }),
    refusal: (message) => ({ body: { code: 1400, message, fields: [] } }),
    optionalFields: ['name', 'timezone', 'format', 'parameters'],
  },
  cancelRequest: `DELETE ${filePath(toJobId(0))}`,
});

function toOrderAnswer(overlay: object): FakeAnswer {
  const { job } = readFixture('created') as { readonly job: object };
  return { status: 202, body: { ...job, id: toJobId(0), ...overlay } };
}

function exportOf({ url }: ReceivedRequest): number | null {
  const id = /\/jobs\/[0-9-]+-(\d{12})$/.exec(url)?.[1];
  return id === undefined ? null : Number(id);
}

/** The documented sample with the id that was asked for, a redirect once it is done; all ten of them for a list call. */
function toAnswer(request: ReceivedRequest, sample: string, overlay: object): FakeAnswer {
  const documented = readFixture(sample) as { readonly job: object };
  const toJob = (n: number) => ({ ...documented.job, id: toJobId(n), ...overlay });
  const n = exportOf(request);
  if (n === null)
    return {
      body: { total: 10, count: 10, _embedded: { jobs: Array.from({ length: 10 }, (_, i) => toJob(i)) } },
    };
  const body = { ...documented, job: toJob(n) };
  return sample === 'done' ? { status: 303, headers: { location: filePath(toJobId(n)) }, body } : { body };
}
