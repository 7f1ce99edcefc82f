import { webAdmit } from '../../../src/vendors/web-admit/index.ts';
import { type ConformanceHarness, describeVendorAccount, type JobState } from '../conformance.ts';

const WORDS: Readonly<Record<JobState, string>> = {
  running: 'In Progress',
  succeeded: 'Available',
  failed: 'Failed',
};
const FIRST_RUN = 74_780;
const TEMPLATE = 86_466;
const IDENTITY = '37442';
const LINK = 'https://files.example.com/a_original.csv?Expires=4102444800&Signature=abc%2B%3D';

function toRun(n: number, status: unknown, link?: string): object {
  const id = FIRST_RUN + n;
  const href = `/api/v1/exports/${TEMPLATE}/export_files/${id}`;
  return { id, href, export_id: TEMPLATE, status, download_url: link };
}

function toAnswer(n: number | null, status: unknown) {
  if (n !== null)
    return { body: { export_files: toRun(n, status, status === 'Available' ? LINK : undefined) } };
  return { body: { export_files: Array.from({ length: 10 }, (_, index) => toRun(index, status)) } };
}

function toOrderAnswer(overlay: object) {
  return { status: 201, body: { export_files: { ...toRun(0, 'Queued'), ...overlay } } };
}

const exportOf: ConformanceHarness['exportOf'] = ({ url }) => {
  const run = /\/exports\/\d+\/export_files\/(\d+)$/.exec(url)?.[1];
  return run === undefined ? null : Number(run) - FIRST_RUN;
};

describeVendorAccount('WebAdMIT', {
  definition: webAdmit,
  basePath: '',
  credential: () => ({ type: 'api-key', apiKey: 'conformance-secret-web-admit-key' }),
  ids: (n) => ({
    userIdentityId: IDENTITY,
    exportId: String(TEMPLATE),
    exportFileId: String(FIRST_RUN + n),
  }),
  requestShape:
    /^\/api\/v1\/(exports\/[1-9]\d{0,17}|user_identities\/[1-9]\d{0,17})\/export_files(\/[1-9]\d{0,17})?$/,
  exportOf,
  answer: (request, state) => toAnswer(exportOf(request), WORDS[state]),
  wordAnswer: (request, word) => toAnswer(exportOf(request), word),
  orders: {
    input: { account: 'conformance', userIdentityId: IDENTITY, exportId: String(TEMPLATE) },
    request: `POST /api/v1/user_identities/${IDENTITY}/exports/${TEMPLATE}/export_files`,
    answer: () => toOrderAnswer({}),
    idAnswer: (id) => toOrderAnswer({ id }),
    wordAnswer: (status) => toOrderAnswer({ status }),
    refusal: (message) => ({ body: { errors: { schema: [message] } } }),
    optionalFields: [],
  },
});
