import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import type { Target } from './listener.ts';
import { respondText } from './respond.ts';
import { BOARD_PAGE } from './security-headers.ts';

/** The board stands next to this folder, in the sources and where they are built to. */
const FOLDER = new URL('../board/', import.meta.url);
const PAGE = 'index.html';
const PARTS_PATH = '/board/';

/** Only files of these kinds are served. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface Part {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** The board: its page at `/`, its parts below `/board/`. No part is a secret; who may see exports, `/graphql` decides. */
export function createBoardEndpoint() {
  let parts: Promise<ReadonlyMap<string, Part>> | undefined;

  return async (request: IncomingMessage, response: ServerResponse, { pathname }: Target): Promise<void> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return respondText(response, 405, 'The board is only read.\n', { allow: 'GET, HEAD' });
    }
    parts ??= loadParts();
    // Looked up by name among what was read: no path of a caller's ever reaches the disk.
    const part = (await parts).get(pathname);
    if (part === undefined) return respondText(response, 404, 'The board has no such part.\n');
    if (request.headers['if-none-match'] === part.headers.etag) {
      response.writeHead(304, part.headers).end();
      return;
    }
    respondText(response, 200, part.body, part.headers);
  };
}

/** All parts by their paths, read once. */
async function loadParts(): Promise<ReadonlyMap<string, Part>> {
  const names = (await readdir(FOLDER)).filter((name) => CONTENT_TYPES[extname(name)] !== undefined);
  return new Map(
    await Promise.all(
      names.map(async (name): Promise<[string, Part]> => {
        const body = await readFile(new URL(name, FOLDER));
        return [name === PAGE ? '/' : `${PARTS_PATH}${name}`, { body, headers: toHeaders(name, body) }];
      }),
    ),
  );
}

function toHeaders(name: string, body: Buffer): Readonly<Record<string, string>> {
  return {
    ...(name === PAGE ? BOARD_PAGE : {}),
    'content-type': CONTENT_TYPES[extname(name)] as string,
    etag: `"${createHash('sha256').update(body).digest('base64url')}"`,
    // Asked for each time and answered with 304, so that a page never mixes two releases.
    'cache-control': 'no-cache',
  };
}
