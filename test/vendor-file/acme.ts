/** A file with every usual key in it: what a vendor of the common kind says. */
export const ACME = `
id: acme-reports
name: Acme Reports
docs: https://docs.acme.example/exports
baseUrl: https://api.{region}.acme.example
settings:
  region: { pattern: "[a-z]{2}", default: eu }
credentials:
  api-key: { header: X-Acme-Key }
  client-credentials: { tokenUrl: "https://{region}.id.acme.example/token", scope: "exports:read" }
locator:
  projectId: { pattern: "[0-9]{1,19}", optional: true }
  jobId: { pattern: "[A-Za-z0-9_-]{1,64}" }
status:
  request: { method: GET, path: "/v2[/projects/{projectId}]/jobs/{jobId}", query: { expand: files }, headers: {}, body: null }
  at: /data
  id: /id
  word: /state
  words:
    queued: QUEUED
    working: RUNNING
    ready: { status: SUCCEEDED, outcome: COMPLETE }
    ready_partial: { status: SUCCEEDED, outcome: PARTIAL }
    error: FAILED
  refine:
    - { word: ready, where: { /row_count: 0 }, is: { status: SUCCEEDED, outcome: EMPTY } }
  fields:
    name: [/title, /name]
    createdAt: /created
    finishedAt: { at: /finished, as: epoch-seconds }
    percent: { at: /progress, as: fraction }
    retryAfterMs: { header: Retry-After }
  details:
    rowCount: { type: Int, at: /row_count, description: "Rows in the file." }
list:
  request: { method: GET, path: "/v2[/projects/{projectId}]/jobs", query: { limit: "{limit}" } }
  items: /data
  next: { cursor: /next_cursor, query: cursor }
  holds: all
start:
  request: { method: POST, path: "/v2[/projects/{projectId}]/jobs", body: json }
  order:
    template: { type: "ID!", at: /template_id }
    filters: { type: JSON, at: /filters }
  constants: { /type: bulk }
  idempotency: { header: Idempotency-Key }
  answer: { at: /data, id: /id }
  existing: { status: 409, at: /existing }
cancel:
  request: { method: DELETE, path: "/v2[/projects/{projectId}]/jobs/{jobId}" }
  gone: [404, 409]
files:
  - { kind: link, at: /download/url, expiresAt: { link: amz }, name: /download/filename, mediaType: text/csv, hosts: ["*.s3.amazonaws.com"] }
  - { kind: stream, path: "/v2/jobs/{jobId}/{/file/id}", name: "{jobId}.csv.gz" }
errors:
  code: [/error/code, /code]
  expired: [{ status: 403, code: TokenExpired }]
  throttled: { wait: [{ header: Retry-After }, { default: 60 }] }
  notFound: [{ status: 404 }, { status: 400, code: 17 }]
pacing: { minMs: 5000, maxMs: 60000, stallAfterMs: 1800000 }
limits: { requestsPerSecond: 5, maxConcurrent: 4 }
callback: { at: /callback_url, body: form, id: /job_id }
`.trimStart();
