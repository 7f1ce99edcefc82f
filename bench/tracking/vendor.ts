import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where every export lives at the vendor without a list call, as Power BI names it. */
export const REPORT_ID = '5b218778-e7a5-4d73-8187-f10824047715';

/** What the exports do: stand still, get on at every look, or end so long after their first look. */
export type Behaviour = 'still' | 'progress' | { readonly jobMs: number };

/** A vendor that speaks Hi Energy (with a list call) and Power BI (without one), and counts. */
export interface CountingVendor extends AsyncDisposable {
  readonly listingUrl: string;
  readonly plainUrl: string;
  behaviour: Behaviour;
  /** Calls about one export and calls for the list, since the last `reset`. */
  readonly calls: { readonly single: number; readonly list: number };
  /** When each export was first told of since the last `reset`, as `performance.now` counts. */
  readonly seenAt: ReadonlyMap<number, number>;
  /** Exports that were told to have ended, ever. */
  readonly ended: ReadonlySet<number>;
  reset(): void;
}

/** What the vendor's list holds at most: the newest. */
const LISTED = 100;

export async function startCountingVendor(): Promise<CountingVendor> {
  let calls = { single: 0, list: 0 };
  let behaviour: Behaviour = 'still';
  let looks = 0;
  const seenAt = new Map<number, number>();
  const ended = new Set<number>();
  const startedAt = new Map<number, number>();

  /** How far an export is, in thousandths. */
  function look(id: number): number {
    const now = performance.now();
    looks += 1;
    if (!seenAt.has(id)) seenAt.set(id, now);
    if (ended.has(id)) return 1_000;
    if (behaviour === 'still') return 100;
    if (behaviour === 'progress') return 100 + (looks % 800);
    const began = startedAt.get(id) ?? now;
    startedAt.set(id, began);
    const done = Math.min(1_000, Math.floor(((now - began) / behaviour.jobMs) * 1_000));
    if (done === 1_000) ended.add(id);
    return done;
  }

  function toHiEnergy(id: number): object {
    const parts = look(id);
    return {
      id,
      report_type: 'deals_excel',
      display_name: `Deals ${id}`,
      status: parts === 1_000 ? 'completed' : 'processing',
      progress: { parts_ready: parts, total_parts: 1_000 },
      created_at: '2026-11-22T10:15:00Z',
    };
  }

  function toPowerBi(id: number): object {
    const parts = look(id);
    return {
      id: String(id),
      createdDateTime: '2026-11-22T10:15:00Z',
      reportId: REPORT_ID,
      reportName: `Sales ${id}`,
      status: parts === 1_000 ? 'Succeeded' : 'Running',
      percentComplete: Math.floor(parts / 10),
      ...(parts === 1_000 ? { resourceFileExtension: '.pdf' } : {}),
    };
  }

  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    const id = path.slice(path.lastIndexOf('/') + 1);
    if (id === 'exports') {
      calls.list += 1;
      send(response, { exports: Array.from({ length: LISTED }, (_, index) => toHiEnergy(index + 1)) });
      return;
    }
    calls.single += 1;
    send(response, path.startsWith('/plain') ? toPowerBi(Number(id)) : { export: toHiEnergy(Number(id)) });
  });
  // A poll that comes late because a gateway is busy shall not find its connection closed.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    listingUrl: `${origin}/list`,
    plainUrl: `${origin}/plain`,
    get behaviour() {
      return behaviour;
    },
    set behaviour(next) {
      behaviour = next;
    },
    get calls() {
      return calls;
    },
    seenAt,
    ended,
    reset() {
      calls = { single: 0, list: 0 };
      seenAt.clear();
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
