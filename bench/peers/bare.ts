import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Locator, toVendorPath } from '../harness/operations.ts';
import { type ShownExport, toShownExport } from './exports.ts';
import { announce, readByPool, readSettings } from './read.ts';

/**
 * The limit: `node:http`, undici's pool and `JSON.stringify`, no GraphQL. It answers the fields of the one operation that is
 * measured; `/memory` answers from what it has read before.
 */
interface Body {
  readonly variables: { readonly locator?: Locator; readonly locators?: readonly Locator[] };
}

const read = readByPool(readSettings());
const known = new Map<string, ShownExport>();

async function show(locator: Locator): Promise<ShownExport> {
  return toShownExport(locator, await read(locator));
}

async function recall(locator: Locator): Promise<ShownExport> {
  const path = toVendorPath(locator);
  const remembered = known.get(path);
  if (remembered !== undefined) return remembered;
  const shown = await show(locator);
  known.set(path, shown);
  return shown;
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () =>
      resolve(chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString()),
    );
    request.on('error', reject);
  });
}

const server = createServer(async (request, response) => {
  const { locator, locators } = (JSON.parse(await readBody(request)) as Body).variables;
  const find = request.url === '/memory' ? recall : show;
  const data = locator
    ? { export: await find(locator) }
    : { exports: await Promise.all((locators ?? []).map(find)) };
  const text = JSON.stringify({ data });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
});
server.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port));
