import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Target } from './listener.ts';
import { respondText } from './respond.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '/config.schema.json': 'application/schema+json; charset=utf-8',
  // No type is registered for a schema in GraphQL's language; browsers show text.
  '/schema.graphql': 'text/plain; charset=utf-8',
};

/**
 * The two schemas as text: the configuration's for editors, GraphQL's for code generators. They say what the documentation says, to whoever
 * reaches the server.
 *
 * @param print - makes the text of each path when the first is asked for
 */
export function createSchemasEndpoint(print: () => Promise<ReadonlyMap<string, string>>) {
  let printed: Promise<ReadonlyMap<string, string>> | undefined;

  return async (request: IncomingMessage, response: ServerResponse, { pathname }: Target): Promise<void> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return respondText(response, 405, 'Schemas are only read.\n', { allow: 'GET, HEAD' });
    }
    printed ??= print();
    const text = (await printed).get(pathname) ?? '';
    const headers = {
      'content-type': CONTENT_TYPES[pathname] ?? 'text/plain; charset=utf-8',
      etag: `"${createHash('sha256').update(text).digest('base64url')}"`,
      // Another version of the gateway may have another one.
      'cache-control': 'no-cache',
    };
    if (request.headers['if-none-match'] === headers.etag) {
      response.writeHead(304, headers).end();
      return;
    }
    respondText(response, 200, text, headers);
  };
}
