import { hiEnergy } from '../../../src/vendors/hi-energy/index.ts';
import type { FakeAnswer, ReceivedRequest } from '../../support/fake-vendor.ts';
import { describeVendorAccount, type JobState } from '../conformance.ts';
import { readFixture } from './support.ts';

const BASE_PATH = '/api/v1';
const FIRST_ID = 4_200;

const SAMPLES: Readonly<Record<JobState, string>> = {
  running: 'processing-chunked',
  succeeded: 'completed',
  failed: 'failed',
};

describeVendorAccount('Hi Energy', {
  definition: hiEnergy,
  basePath: BASE_PATH,
  credential: () => ({ type: 'api-key', apiKey: 'conformance-hi-energy-key-31415926' }),
  ids: (n) => ({ exportId: String(FIRST_ID + n) }),
  requestShape: /^\/api\/v1\/exports(\/[1-9][0-9]{0,18}|\?limit=100)$/,
  exportOf,
  answer: (request, state) => toAnswer(request, SAMPLES[state], {}),
  wordAnswer: (request, status) => toAnswer(request, SAMPLES.running, { status }),
  orders: {
    input: {
      account: 'conformance',
      reportType: 'deals_excel',
      searchParams: { q: 'shoes' },
      indexParams: { sort: 'name' },
    },
    request: `POST ${BASE_PATH}/exports`,
    answer: () => toOrderAnswer({}),
    idAnswer: (id) => toOrderAnswer({ id }),
    wordAnswer: (status) => toOrderAnswer({ status }),
    refusal: (message) => ({ body: { error: { code: 'INVALID', message } } }),
    optionalFields: ['searchParams', 'indexParams'],
  },
});

function toOrderAnswer(overlay: object): FakeAnswer {
  const { export: pending } = readFixture('pending') as { readonly export: object };
  return { status: 201, body: { export: { ...pending, id: FIRST_ID, ...overlay } } };
}

function exportOf({ url }: ReceivedRequest): number | null {
  const id = /\/exports\/(\d+)$/.exec(url)?.[1];
  return id === undefined ? null : Number(id) - FIRST_ID;
}

/** The documented sample with the id that was asked for; all ten of them for a list call. */
function toAnswer(request: ReceivedRequest, sample: string, overlay: object): FakeAnswer {
  const documented = readFixture(sample) as { readonly export: object };
  const toExport = (n: number) => ({ ...documented.export, id: FIRST_ID + n, ...overlay });
  const n = exportOf(request);
  if (n !== null) return { body: { export: toExport(n) } };
  return { body: { exports: Array.from({ length: 10 }, (_, index) => toExport(index)) } };
}
