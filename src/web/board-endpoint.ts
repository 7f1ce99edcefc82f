import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { BOARD_FOLDER } from './board-folder.ts';
import type { Target } from './listener.ts';
import { respondText } from './respond.ts';
import { BOARD_PAGE } from './security-headers.ts';

const PAGE = 'index.html';
const PARTS_PATH = '/board/';
/** Below it the page is the same: which export it shows, it reads from its address. */
const EXPORT_PATH = '/e/';
/** Names with the content's hash in them. */
const HASHED = /-[\w-]{8,}\.\w+$/;

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

export interface BoardSettings {
  /** The page offers to open a query in GraphiQL. */
  readonly hasGraphiQL: boolean;
  /** The page leads there: in the demo, where faults are ordered. */
  readonly faultsUrl?: string | undefined;
}

/**
 * The board: its page at `/` and for each export below `/e/`, its parts below `/board/`. No part is a secret; who may see exports,
 * `/graphql` decides.
 */
export function createBoardEndpoint(settings: BoardSettings) {
  let parts: Promise<ReadonlyMap<string, Part>> | undefined;

  return async (request: IncomingMessage, response: ServerResponse, { pathname }: Target): Promise<void> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return respondText(response, 405, 'The board is only read.\n', { allow: 'GET, HEAD' });
    }
    parts ??= loadParts(settings);
    // Looked up by name among what was read: no path of a caller's ever reaches the disk.
    const part = (await parts).get(pathname.startsWith(EXPORT_PATH) ? '/' : pathname);
    if (part === undefined) return respondText(response, 404, 'The board has no such part.\n');
    if (request.headers['if-none-match'] === part.headers.etag) {
      response.writeHead(304, part.headers).end();
      return;
    }
    respondText(response, 200, part.body, part.headers);
  };
}

/** All parts by their paths, read once. */
async function loadParts(settings: BoardSettings): Promise<ReadonlyMap<string, Part>> {
  const names = (await readdir(BOARD_FOLDER)).filter((name) => CONTENT_TYPES[extname(name)] !== undefined);
  return new Map(
    await Promise.all(
      names.map(async (name): Promise<[string, Part]> => {
        const file = await readFile(new URL(name, BOARD_FOLDER));
        if (name !== PAGE) return [PARTS_PATH + name, { body: file, headers: toHeaders(name, file) }];
        const body = toPage(file, settings);
        return ['/', { body, headers: { ...BOARD_PAGE, ...toHeaders(name, body) } }];
      }),
    ),
  );
}

function toPage(file: Buffer, { hasGraphiQL, faultsUrl }: BoardSettings): Buffer {
  const facts = [
    ...(hasGraphiQL ? ['<meta name="waybill-graphiql" content="">'] : []),
    ...(faultsUrl === undefined ? [] : [`<meta name="waybill-faults" content="${encodeURI(faultsUrl)}">`]),
  ];
  if (facts.length === 0) return file;
  return Buffer.from(file.toString('utf8').replace('</head>', () => `${facts.join('\n')}\n</head>`));
}

function toHeaders(name: string, body: Buffer): Readonly<Record<string, string>> {
  return {
    'content-type': CONTENT_TYPES[extname(name)] as string,
    etag: `"${createHash('sha256').update(body).digest('base64url')}"`,
    // The page is asked for each time and answered with 304; what it names never changes under its name.
    'cache-control': HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
}
