import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where one export lives at the vendor without a list call, as Power BI names it. */
export const REPORT_ID = '5b218778-e7a5-4d73-8187-f10824047715';

/** A vendor that speaks Hi Energy (with a list call) and Power BI (without one), counts calls, and moves when told to. */
export interface CountingVendor extends AsyncDisposable {
  /** Root of the API with a list call. */
  readonly listingUrl: string;
  /** Root of the API without one. */
  readonly plainUrl: string;
  readonly calls: number;
  /** The next so many reads each find a new status; then it stands still again. */
  move(changes: number): void;
  /** Changes still to be found. */
  readonly changesLeft: number;
  /** Further text in each export, to make messages large. */
  padding: string;
}

export async function startCountingVendor(): Promise<CountingVendor> {
  let calls = 0;
  let changes = 0;
  let left = 0;
  let padding = '';

  function wire(id: number): object {
    return {
      id,
      report_type: 'deals_excel',
      display_name: 'Deals of November',
      // Two words that are neither one's end nor the other's past: the status can change for ever.
      status: changes % 2 === 0 ? 'processing' : 'archiving',
      parameters: { padding },
      progress: { parts_ready: changes, total_parts: 1_000_000 },
      created_at: '2026-11-22T10:15:00Z',
      updated_at: new Date(Date.parse('2026-11-22T10:16:00Z') + changes * 1_000).toISOString(),
    };
  }

  const server = createServer((request, response) => {
    calls += 1;
    if (left > 0) {
      left -= 1;
      changes += 1;
    }
    const path = request.url?.split('?', 1)[0] ?? '';
    const id = path.slice(path.lastIndexOf('/') + 1);
    if (path.startsWith('/plain')) send(response, { id, status: 'Running', percentComplete: changes % 100 });
    else if (id === 'exports')
      send(response, { exports: Array.from({ length: 100 }, (_, i) => wire(i + 1)) });
    else send(response, { export: wire(Number(id)) });
  });
  // A poll that comes late because a server is busy shall not find its connection closed.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    listingUrl: `${origin}/list`,
    plainUrl: `${origin}/plain`,
    get calls() {
      return calls;
    },
    get changesLeft() {
      return left;
    },
    move(count) {
      left = count;
    },
    get padding() {
      return padding;
    },
    set padding(text) {
      padding = text;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
