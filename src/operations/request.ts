/** What is asked for, as it came from a client: an object of these fields, each of its type. */
export interface OperationRequest {
  readonly query?: string | null | undefined;
  /** As GraphQL over HTTP's appendix "Persisted Documents" names it; read 2026-11. Unchecked. */
  readonly documentId?: unknown;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

/** What came is no request at all; the message says what to send. */
export class MalformedRequestError extends Error {
  override readonly name = 'MalformedRequestError';
  readonly code = 'BAD_REQUEST';
}

const FIELDS: ReadonlySet<string> = new Set([
  'query',
  'documentId',
  'operationName',
  'variables',
  'extensions',
]);

/**
 * The request in a parsed body.
 *
 * @throws MalformedRequestError
 */
export function toRequest(body: unknown): OperationRequest {
  if (Array.isArray(body)) throw new MalformedRequestError('Batching is not supported: send one operation.');
  if (!isObject(body)) throw new MalformedRequestError('The body must be a JSON object with a "query".');
  for (const [name, value] of Object.entries(body)) {
    if (!FIELDS.has(name))
      throw new MalformedRequestError(`Unexpected parameter "${name.slice(0, 64)}": leave it out.`);
    if (value === undefined || value === null || name === 'documentId') continue;
    const isText = name === 'query' || name === 'operationName';
    if (isText ? typeof value === 'string' : isObject(value)) continue;
    throw new MalformedRequestError(`"${name}" must be ${isText ? 'a string' : 'an object'}.`);
  }
  return body;
}

/**
 * The request in an address's query.
 *
 * @throws MalformedRequestError
 */
export function fromSearch(search: URLSearchParams): OperationRequest {
  const body: Record<string, unknown> = {};
  for (const name of FIELDS) {
    const text = search.get(name);
    if (text === null) continue;
    body[name] = name === 'variables' || name === 'extensions' ? parseJson(name, text) : text;
  }
  return toRequest(body);
}

function parseJson(name: string, text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedRequestError(`"${name}" must be an object, written as JSON.`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
