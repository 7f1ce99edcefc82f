import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SimulatorRequest, SimulatorResponse } from './simulator.ts';

const MAX_BODY_BYTES = 1_000_000;

/** A request taken off the wire, with what its mount point must be found by. */
export interface ReceivedRequest {
  /** The first path segment as it was written. */
  readonly mount: string;
  /** Below the mount point. */
  readonly request: SimulatorRequest;
  /** As it stood on the wire, without the question mark. */
  readonly query: string;
}

/** What cannot be read is answered at once. */
export type Refusal = { readonly refusal: SimulatorResponse };

/** Reads a request to its end: path split and decoded once, body bounded. */
export async function receiveRequest(incoming: IncomingMessage): Promise<ReceivedRequest | Refusal> {
  const [target = '', query = ''] = splitOnce(incoming.url ?? '', '?');
  // Only a proxy sends a whole address; it is cut down to the path it means.
  const [, mount = '', ...rest] = target.replace(/^https?:\/\/[^/]*/i, '').split('/');
  const segments = decodeAll(rest);
  if (segments === null) return refuse(400, 'The path holds a percent sign that encodes nothing.');

  const body = await readBody(incoming);
  if (body === null) return refuse(413, 'The body is larger than 1 MB.');
  const request = {
    method: incoming.method ?? 'GET',
    path: `/${rest.join('/')}`,
    segments,
    query: new URLSearchParams(query),
    headers: incoming.headers as Record<string, string | undefined>,
    body,
  };
  return { mount, request, query };
}

/** Sends an answer; to HEAD without its body, but with its length. */
export function sendAnswer(response: ServerResponse, answer: SimulatorResponse): void {
  const { headers, bytes } = serializeAnswer(answer);
  response.writeHead(answer.status, headers);
  response.end(isBodiless(answer.status) ? undefined : bytes);
}

/** An answer as headers and bytes, `content-length` included where a body may stand. */
export function serializeAnswer(answer: SimulatorResponse): {
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
} {
  const { body = '', headers = {}, status } = answer;
  const isJson = typeof body === 'object' && !(body instanceof Uint8Array);
  const bytes = isJson ? Buffer.from(JSON.stringify(body)) : Buffer.from(body);
  return {
    headers: {
      ...(isJson ? { 'content-type': 'application/json; charset=utf-8' } : {}),
      ...headers,
      ...(isBodiless(status) ? {} : { 'content-length': String(bytes.length) }),
    },
    bytes,
  };
}

/** A short text answer of the server's own. */
export function toTextAnswer(status: number, text: string): SimulatorResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${text}\n` };
}

function refuse(status: number, text: string): Refusal {
  const answer = toTextAnswer(status, text);
  return { refusal: { ...answer, headers: { ...answer.headers, connection: 'close' } } };
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 304;
}

function splitOnce(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decodeAll(parts: readonly string[]): readonly string[] | null {
  try {
    return parts.map((part) => decodeURIComponent(part));
  } catch {
    return null;
  }
}

/** The whole body, or null where it is too large; what is left of it then is thrown away, so that the answer still arrives. */
function readBody(incoming: IncomingMessage): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_BODY_BYTES) chunks.push(chunk);
      else resolve(null);
    });
    incoming.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    incoming.on('error', reject);
    incoming.on('close', () => reject(new Error('The client left before its request was complete.')));
  });
}
