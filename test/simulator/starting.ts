import type { Simulators } from '../../simulator/server.ts';
import type { CodedVendorId } from '../../src/export/vendor-id.ts';
import { call } from './toy-vendor.ts';

/** A start as a client of the vendor sends it, over a socket. */
export interface StartCall {
  readonly headers?: Readonly<Record<string, string>>;
  /** Another order than the usual one. */
  readonly body?: object;
  /** Another place than the usual one, below the account's base URL. */
  readonly path?: string;
}

type Answer = Awaited<ReturnType<typeof call>>;

/** Calls of one vendor's API, each with a good credential. */
export interface VendorClient {
  start(start?: StartCall): Promise<Answer>;
  /** Asks where a job is. */
  look(ids: Readonly<Record<string, string>>): Promise<Answer>;
  /** Any other call, below the account's base URL. */
  send(method: 'GET' | 'DELETE', path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

interface Api {
  readonly path: string;
  readonly body?: object;
  toLookPath(ids: Readonly<Record<string, string>>): string;
  toHeaders(simulators: Simulators): Promise<Readonly<Record<string, string>>>;
}

export const GROUP_ID = 'aaaaaaaa-0000-4000-8000-000000000001';
export const REPORT_ID = 'bbbbbbbb-0000-4000-8000-000000000002';

/** What is called where, and with what. */
const APIS: Readonly<Record<CodedVendorId, Api>> = {
  'power-bi': {
    path: `/groups/${GROUP_ID}/reports/${REPORT_ID}/ExportTo`,
    body: { format: 'PDF' },
    toLookPath: ({ groupId, reportId, exportId }) =>
      `${groupId === undefined ? '' : `/groups/${groupId}`}/reports/${reportId}/exports/${exportId}`,
    toHeaders: ({ tokenUrls }) =>
      readToken(tokenUrls['power-bi'], {
        client_id: 'demo-power-bi-client',
        client_secret: 'demo-power-bi-secret',
        scope: 'https://analysis.windows.net/powerbi/api/.default',
      }),
  },
  'hi-energy': {
    path: '/exports',
    body: { report_type: 'deals_excel', search_params: { q: 'garden' } },
    toLookPath: ({ exportId }) => `/exports/${exportId}`,
    toHeaders: async () => ({ 'x-api-key': 'demo-hi-energy-key' }),
  },
  talkdesk: {
    path: '/data/reports/calls/jobs',
    body: { name: 'Calls', timespan: { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' } },
    toLookPath: ({ reportType, jobId }) => `/data/reports/${reportType}/jobs/${jobId}`,
    toHeaders: ({ tokenUrls }) =>
      readToken(tokenUrls.talkdesk, {}, 'demo-talkdesk-client:demo-talkdesk-secret'),
  },
  'web-admit': {
    path: '/api/v1/user_identities/37442/exports/86480/export_files',
    toLookPath: ({ exportId, exportFileId }) => `/api/v1/exports/${exportId}/export_files/${exportFileId}`,
    toHeaders: async () => ({ 'x-api-key': 'demo-web-admit-key' }),
  },
};

/** A client of one simulated vendor. */
export function createVendorClient(simulators: Simulators, vendor: CodedVendorId): VendorClient {
  const api = APIS[vendor];
  const base = simulators.baseUrls[vendor];
  return {
    async start({ headers = {}, body = api.body, path = api.path } = {}) {
      return call(`${base}${path}`, {
        method: 'POST',
        headers: { ...(await api.toHeaders(simulators)), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    },
    look: async (ids) => call(`${base}${api.toLookPath(ids)}`, { headers: await api.toHeaders(simulators) }),
    send: async (method, path, headers = {}) =>
      call(`${base}${path}`, { method, headers: { ...(await api.toHeaders(simulators)), ...headers } }),
  };
}

async function readToken(url: string, form: object, basic?: string): Promise<Record<string, string>> {
  const headers: Record<string, string> =
    basic === undefined ? {} : { authorization: `Basic ${btoa(basic)}` };
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...form }).toString();
  const answer = await call(url, { method: 'POST', headers, body });
  return { authorization: `Bearer ${JSON.parse(answer.text).access_token}` };
}
