/** The example that the language was first described by: every key of it, with one of each choice taken. */
export const LANGUAGE_EXAMPLE = `
id: acme-reports
name: Acme Reports
docs: https://docs.acme.example/exports
baseUrl: https://api.acme.example
settings:
  region: { pattern: "[a-z]{2}", default: eu }
credentials:
  api-key: { header: X-Acme-Key }
  client-credentials: { tokenUrl: "https://{region}.id.acme.example/token", scope: "exports:read", client: basic }
  refresh-token: { tokenUrl: "https://{region}.id.acme.example/token" }
locator:
  projectId: { pattern: "[0-9]{1,19}", optional: true }
  jobId: { pattern: "[A-Za-z0-9_-]{1,64}" }
status:
  request: { method: GET, path: "/v2/projects/{projectId}/jobs/{jobId}", query: { expand: files }, headers: {}, body: null }
  at: /data
  id: /id
  word: /state
  words:
    queued: QUEUED
    working: RUNNING
    stopping: CANCELING
    ready: { status: SUCCEEDED, outcome: COMPLETE }
    ready_partial: { status: SUCCEEDED, outcome: PARTIAL }
    no_data: { status: SUCCEEDED, outcome: EMPTY }
    error: FAILED
    stopped: CANCELED
    deleted: EXPIRED
  refine:
    - { word: ready, where: { /row_count: 0 }, is: { status: SUCCEEDED, outcome: EMPTY } }
  fields:
    name: /title
    createdAt: /created
    startedAt: /started
    updatedAt: /updated
    finishedAt: { at: /finished, as: epoch-seconds }
    percent: { at: /progress, as: fraction }
    completedParts: /parts/done
    totalParts: /parts/all
    failureCode: /error/code
    failureMessage: /error/message
    retryAfterMs: { header: Retry-After }
  details:
    rowCount: { type: Int, at: /row_count, description: "Rows in the file." }
list:
  request: { method: GET, path: "/v2/projects/{projectId}/jobs", query: { limit: "{limit}" } }
  items: /data
  next: { cursor: /next_cursor, query: cursor }
  holds: newest
start:
  request: { method: POST, path: "/v2/projects/{projectId}/jobs", body: json }
  order:
    template: { type: "ID!", at: /template_id, description: "…" }
    filters: { type: JSON, at: /filters }
  idempotency: { header: Idempotency-Key }
  answer: { at: /data, id: /id }
  existing: { status: 409, at: /existing }
cancel:
  request: { method: DELETE, path: "/v2/projects/{projectId}/jobs/{jobId}" }
  gone: [404, 409]
files:
  - { kind: link, at: /download/url, expiresAt: /download/expires, name: /download/filename, mediaType: /download/type, hosts: ["*.s3.amazonaws.com"] }
  - { kind: links, at: /urls }
  - { kind: stream, request: { method: GET, path: "/v2/jobs/{jobId}/file", headers: { Accept: application/octet-stream } }, name: "{jobId}.csv.gz" }
  - { kind: lookup, request: { method: POST, path: "/v2/jobs/{jobId}/link" }, at: /url }
errors:
  code: [/error/code, /code]
  expired: [{ status: 403, code: TokenExpired }]
  throttled: [{ status: 429 }, { status: 200, code: THROTTLED }]
  notFound: [{ status: 404 }, { status: 400, code: UNKNOWN_JOB }]
pacing: { minMs: 5000, maxMs: 60000, stallAfterMs: 1800000 }
limits: { requestsPerSecond: 5, maxConcurrent: 4 }
callback: { at: /callback_url, body: form, id: /job_id }
`.trimStart();
