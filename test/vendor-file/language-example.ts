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

/** An invented vendor that uses what the first example does not: further ways of each part, and nearly every optional key. */
export const WIDE_EXAMPLE = `
id: zen-flow
name: Zen Flow
docs: https://docs.zenflow.example/exports
baseUrl: https://{region}.api.zenflow.example/api
headers: { Zen-Version: "2026-01-01", X-Region: "{region}" }
origins: ["https://files.zenflow.example"]
settings:
  region: { pattern: "[a-z]{2}-[0-9]", default: eu-1 }
credentials:
  api-key: { header: Authorization, prefix: "Zen " }
  client-credentials: { tokenUrl: "https://{region}.id.zenflow.example/token", scope: "exports:read", client: body, request: form, send: { header: x-zen-token } }
  refresh-token: { tokenUrl: "https://id.zenflow.example/refresh", request: query, rotates: true, send: { header: x-zen-token } }
locator:
  teamId: { pattern: "[0-9]{1,9}", optional: true }
  runId: { pattern: "run_[A-Za-z0-9]{1,32}" }
status:
  request: { method: GET, path: "/v1[/teams/{teamId}]/runs/{runId}", query: { expand: files, team: "{teamId}" }, headers: { X-Team: "{teamId}" } }
  answers: [200, 504]
  success: { at: /ok, is: true }
  at: /run
  id: [/run_identifier, /run_identfier]
  idPrefix: "gid://zen/Run/"
  word: /state
  caseless: true
  words:
    Queued: QUEUED
    Working: RUNNING
    Stopping: CANCELING
    Ready: { status: SUCCEEDED, outcome: COMPLETE }
    ReadyPartial: { status: SUCCEEDED, outcome: PARTIAL }
    Error: FAILED
    Stopped: CANCELED
    Deleted: EXPIRED
  refine:
    - { word: Ready, where: { /rows: 0 }, is: { status: SUCCEEDED, outcome: EMPTY } }
    - { word: Ready, where: { /numErrors: { above: 0 } }, is: { status: SUCCEEDED, outcome: PARTIAL } }
    - { word: Ready, where: { /urls: { empty: true }, /documentId: { absent: true } }, is: { status: SUCCEEDED, outcome: EMPTY } }
  fields:
    name: [/title, /label]
    createdAt: { at: /created, absent: ["", "0001-01-01T00:00:00Z"] }
    startedAt: { at: /started, as: epoch-millis }
    updatedAt: { at: /updated, as: rfc3339 }
    finishedAt: { at: /finished, as: epoch-seconds-text }
    percent: { at: /progress, as: fraction }
    completedParts: { at: /parts/done, as: integer-text }
    totalParts: /parts/all
    failureCode: /error/code
    failureMessage: /error/message
    retryAfterMs: { header: Retry-After }
  details:
    rowCount: { type: Int, at: /rows, description: "Rows." }
    expiresAt: { type: DateTime, from: finishedAt, plus: P7D, description: "When it goes." }
    numErrors: { type: Int, at: /numErrors }
    tags: { type: "[String!]", at: /tags }
    ratio: { type: Float, at: /ratio }
    fresh: { type: Boolean, at: /fresh }
    extra: { type: JSON, at: /extra }
    page: { type: URL, at: /page }
    ownerId: { type: ID, at: /owner }
  batch: { request: { method: POST, path: "/v1/runs/query", body: { ids: "{ids}", note: "{not a name}" } }, items: /runs, id: /run_identifier, max: 50 }
  further:
    request: { path: "/v1[/teams/{teamId}]/runs/{runId}/outcome", headers: { X-Team: "{teamId}" } }
    when: { words: [ready, Stopped], stalled: true }
    at: /outcome
    id: /run
    idPrefix: "run:"
    word: /end
    words: { Fine: SUCCEEDED, Broken: FAILED, Halted: CANCELED, Going: RUNNING }
    refine: [{ word: Fine, where: { /records: 0 }, is: { status: SUCCEEDED, outcome: EMPTY } }]
    fields: { updatedAt: /changed, finishedAt: { from: updatedAt, plus: PT1S }, failureCode: /why }
    details: { records: { type: Int, at: /records }, keptUntil: { type: DateTime, from: updatedAt, plus: P1D } }
list:
  request: { method: GET, path: "/v1[/teams/{teamId}]/runs", query: { limit: "{limit}" } }
  items: /runs
  next: { url: /_metadata/next }
  holds: newest
  asBatch: false
start:
  request: { method: POST, path: "/v1/teams/{teamId}/runs", body: form }
  nesting: brackets
  under: /data
  order:
    template: { type: "ID!", at: /template_id, description: "Which template." }
    filters: { type: JSON, at: /filters }
    since: { type: DateTime, at: /since }
    count: { type: Int, at: /count }
  constants: { /type: bulk }
  idempotency: { header: Idempotency-Key }
  answer: { at: /run, id: /run_identifier }
  existing: { status: 409, at: /existing }
  success: [200, 201, 202]
  then: { request: { method: POST, path: "/v1/runs/{runId}/enqueue" } }
  once: true
cancel:
  request: { method: DELETE, path: "/v1[/teams/{teamId}]/runs/{runId}" }
  gone: [404, 409]
  success: [200, 202, 204]
files:
  - { kind: link, at: /download/url, expiresAt: { link: amz }, name: /download/filename, mediaType: text/csv, hosts: ["*.s3.amazonaws.com"], size: /download/size, checksum: { at: /download/sha, kind: sha256 } }
  - { kind: links, at: /urls, lives: PT5M, of: [SUCCEEDED, FAILED], hosts: ["cdn.zenflow.example"] }
  - { kind: stream, path: "/v1/runs/{runId}/{/documentId}/file", name: "{runId}.csv.gz", gzip: { at: /gz } }
  - { kind: lookup, request: { method: POST, path: "/v1/links", body: { run: "{runId}", depth: 3 } }, at: /url, credential: true }
errors:
  code: [/error/code, /code]
  message: /error/message
  expired: [{ status: 401, code: TokenExpired }]
  throttled:
    - { status: 429, wait: [{ header: Retry-After }, { header: X-RateLimit-Reset, as: epoch-seconds }, { at: /cost/wait, as: seconds }, { default: 60 }] }
    - { status: 200, code: THROTTLED, wait: [{ default: 10 }] }
  notFound: [{ status: 404 }, { status: 400, code: UNKNOWN_RUN }, { status: 400, namesId: true }]
  conflict: [{ status: 409, message: "starts with Another" }]
  forbidden: [{ status: 403 }, { status: 400, code: NOPE }]
  unauthenticated: [{ status: 401 }]
pacing: { minMs: 5000, maxMs: 60000, stallAfterMs: 1800000 }
limits: { requestsPerSecond: 5, maxConcurrent: 4 }
callback: { at: /callback_url, body: json, id: /run_id }
`.trimStart();
