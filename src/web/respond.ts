import type { IncomingMessage, ServerResponse } from 'node:http';
import { currentRequestId } from '../telemetry/scope.ts';

/** Answers with JSON. */
export function respondJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  respondText(response, status, JSON.stringify(body), {
    'content-type': 'application/json; charset=utf-8',
    ...headers,
  });
}

/** Answers with text and the type the headers name; plain text where they name none. */
export function respondText(
  response: ServerResponse,
  status: number,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** A GraphQL error outside of any operation, in the shape GraphQL clients read. */
export function respondGraphQLError(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): void {
  const extensions = { code, requestId: currentRequestId() };
  respondJson(response, status, { errors: [{ message, extensions }] }, headers);
}

/** True for a request from a browser's address bar or link, which wants a page. */
export function wantsPage(request: IncomingMessage): boolean {
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
}
