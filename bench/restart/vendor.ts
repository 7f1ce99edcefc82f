import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SlowVendor extends AsyncDisposable {
  readonly url: string;
}

export interface SlowVendorSettings {
  readonly exports: number;
  /** How long an export takes. */
  readonly jobMs: number;
  /** How long each answer takes. */
  readonly answerMs: number;
}

/** A vendor in Hi Energy's words whose answers take a while, so that some are always under way. */
export async function startSlowVendor({ exports, jobMs, answerMs }: SlowVendorSettings): Promise<SlowVendor> {
  const startedAt = Date.now();

  function wire(id: number): object {
    const parts = Math.min(1_000, Math.floor(((Date.now() - startedAt) / jobMs) * 1_000));
    const hasEnded = parts === 1_000;
    return {
      id,
      report_type: 'deals_excel',
      display_name: `Deals ${id}`,
      status: hasEnded ? 'completed' : 'processing',
      progress: { parts_ready: parts, total_parts: 1_000 },
      created_at: new Date(startedAt).toISOString(),
      updated_at: new Date().toISOString(),
    };
  }

  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    const id = path.slice(path.lastIndexOf('/') + 1);
    const body =
      id === 'exports'
        ? { exports: Array.from({ length: exports }, (_, index) => wire(index + 1)) }
        : { export: wire(Number(id)) };
    setTimeout(() => send(response, body), answerMs);
  });
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
