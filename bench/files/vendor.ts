import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the vendor tells the bench. */
export type VendorMessage =
  | { readonly type: 'listening'; readonly url: string }
  /** Bytes written to sockets so far, and answers that their reader left. */
  | { readonly type: 'counts'; readonly sentBytes: number; readonly aborted: number };

const PIECE = Buffer.alloc(256 * 1024, 'waybill ');
const fileBytes = Number(process.argv[2] ?? 2 * 1024 ** 3);
let sentBytes = 0;
let aborted = 0;

/** A Power BI that knows every export as finished, with a file made of air. */
const server = createServer((request, response) => {
  if (request.url?.endsWith('/file')) return pour(response);
  const id = decodeURIComponent(request.url?.split('/').at(-1) ?? '');
  const body = {
    id,
    status: 'Succeeded',
    reportName: 'Big',
    resourceFileExtension: '.pdf',
    percentComplete: 100,
  };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});

function pour(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': fileBytes, 'content-type': 'application/pdf', etag: '"big"' });
  response.on('close', () => {
    if (!response.writableFinished) aborted += 1;
  });
  let left = fileBytes;
  const write = (): void => {
    while (left > 0 && !response.destroyed) {
      const piece = PIECE.subarray(0, Math.min(left, PIECE.length));
      left -= piece.length;
      sentBytes += piece.length;
      if (!response.write(piece)) return void response.once('drain', write);
    }
    if (left === 0) response.end();
  };
  write();
}

function tell(message: VendorMessage): void {
  process.send?.(message);
}

process.on('message', () => tell({ type: 'counts', sentBytes, aborted }));
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => {
  tell({ type: 'listening', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
