import { powerBi } from '../../../src/vendors/power-bi/index.ts';
import type { FakeAnswer, ReceivedRequest } from '../../support/fake-vendor.ts';
import { describeVendorAccount, type JobState } from '../conformance.ts';
import { EXPORT_ID, GROUP_ID, type PowerBiFixture, REPORT_ID, readFixture } from './support.ts';

const SAMPLES: Readonly<Record<JobState, PowerBiFixture>> = {
  running: 'export-running',
  succeeded: 'export-succeeded-workspace',
  failed: 'export-failed-with-error',
};

describeVendorAccount('Power BI', {
  definition: powerBi,
  basePath: '/v1.0/myorg',
  credential: (origin) => ({
    type: 'client-credentials',
    tokenUrl: `${origin}/conformance-tenant/oauth2/v2.0/token`,
    clientId: 'conformance-power-bi-client-16180339',
    clientSecret: 'conformance-power-bi-secret-27182818',
  }),
  // Every other one in My workspace.
  ids: (n) => ({
    ...(n % 2 === 0 ? { groupId: GROUP_ID } : {}),
    reportId: REPORT_ID,
    exportId: `${EXPORT_ID}${n}`,
  }),
  requestShape:
    /^\/v1\.0\/myorg(\/groups\/[0-9a-f-]{36})?\/reports\/[0-9a-f-]{36}\/exports\/([A-Za-z0-9]|%3D)+$/,
  exportOf,
  answer: (request, state) => toAnswer(request, SAMPLES[state], {}),
  wordAnswer: (request, status) => toAnswer(request, SAMPLES.running, { status }),
  orders: {
    input: {
      account: 'conformance',
      groupId: GROUP_ID,
      reportId: REPORT_ID,
      format: 'PDF',
      reportConfiguration: { settings: { locale: 'pt-PT' } },
      paginatedReportConfiguration: { formatSettings: { PageWidth: '8in' } },
    },
    request: `POST /v1.0/myorg/groups/${GROUP_ID}/reports/${REPORT_ID}/ExportTo`,
    answer: () => toOrderAnswer({}),
    idAnswer: (id) => toOrderAnswer({ id }),
    wordAnswer: (status) => toOrderAnswer({ status }),
    refusal: (message) => ({ body: { error: { code: 'InvalidRequest', message } } }),
    optionalFields: ['groupId', 'reportConfiguration', 'paginatedReportConfiguration'],
  },
});

function toOrderAnswer(overlay: object): FakeAnswer {
  return { status: 202, body: { ...readFixture('export-not-started'), id: `${EXPORT_ID}0`, ...overlay } };
}

function exportOf({ url }: ReceivedRequest): number {
  return Number(url.at(-1));
}

/** The documented sample with the id that was asked for. */
function toAnswer(request: ReceivedRequest, sample: PowerBiFixture, overlay: object): FakeAnswer {
  return { body: { ...readFixture(sample), id: `${EXPORT_ID}${exportOf(request)}`, ...overlay } };
}
