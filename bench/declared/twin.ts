import type {
  DetailRule,
  RequestRule,
  Template,
  ValueRule,
  VendorDeclaration,
} from '../../src/vendor-file/declaration.ts';

function at(pointer: string): readonly string[] {
  return pointer.slice(1).split('/');
}

function value(pointer: string): ValueRule {
  return { at: [at(pointer)], as: null, absent: [] };
}

function detail(type: DetailRule['type'], pointer: string): DetailRule {
  return { ...value(pointer), type, isList: false, description: null };
}

function get(segments: readonly Template[], query: RequestRule['query'] = {}): RequestRule {
  return {
    method: 'GET',
    path: [{ segments, needs: [] }],
    query,
    headers: {},
    body: null,
    encoding: 'json',
  };
}

/** Hi Energy as a vendor file would say it: the same calls, words, fields and details as the coded vendor's. */
export const HI_ENERGY_TWIN: VendorDeclaration = {
  id: 'hi-energy-twin',
  name: 'Hi Energy',
  docs: null,
  description: null,
  baseUrl: null,
  origins: [],
  settings: {},
  headers: {},
  credentials: { 'api-key': { header: 'X-Api-Key', prefix: '' } },
  locator: {
    exportId: { pattern: '[1-9][0-9]{0,18}', isOptional: false, description: null, example: '4213' },
  },
  status: {
    request: get([[{ text: 'exports' }], [{ name: 'exportId' }]]),
    answers: [],
    success: null,
    at: [['export']],
    id: { at: [['id']], prefix: '' },
    word: [['status']],
    caseless: false,
    words: {
      pending: { status: 'QUEUED', outcome: null },
      processing: { status: 'RUNNING', outcome: null },
      completed: { status: 'SUCCEEDED', outcome: 'COMPLETE' },
      failed: { status: 'FAILED', outcome: null },
    },
    refine: [],
    fields: {
      name: value('/display_name'),
      createdAt: value('/created_at'),
      startedAt: value('/started_at'),
      updatedAt: value('/updated_at'),
      finishedAt: value('/completed_at'),
      completedParts: value('/progress/parts_ready'),
      totalParts: value('/progress/total_parts'),
      failureMessage: value('/error_message'),
    },
    details: {
      reportType: detail('String', '/report_type'),
      displayName: detail('String', '/display_name'),
      statusDisplay: detail('String', '/status_display'),
      parameters: detail('JSON', '/parameters'),
      filename: detail('String', '/filename'),
      errorMessage: detail('String', '/error_message'),
      partsReady: detail('Int', '/progress/parts_ready'),
      totalParts: detail('Int', '/progress/total_parts'),
      isChunked: detail('Boolean', '/chunked_export'),
      parentExportId: detail('ID', '/parent_report_id'),
    },
    batch: null,
  },
  list: {
    request: get([[{ text: 'exports' }]], { limit: [{ name: 'limit' }] }),
    items: [['exports']],
    next: null,
    holds: 'newest',
    asBatch: true,
  },
  start: null,
  cancel: null,
  files: [],
  errors: {
    code: [['error', 'code']],
    message: [['error', 'message']],
    expired: [],
    throttled: [],
    notFound: [],
    conflict: [],
    forbidden: [],
    unauthenticated: [],
    unavailable: [],
  },
  pacing: { minMs: 5_000, maxMs: 60_000, stallAfterMs: 1_800_000 },
  limits: { requestsPerSecond: 5, maxConcurrent: 4 },
  callback: null,
};
