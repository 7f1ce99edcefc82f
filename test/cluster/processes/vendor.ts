import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Layout } from './layout.ts';

export interface ClusterVendorSettings {
  readonly layout: Layout;
  /** An export gets on by one percent in this time. */
  readonly changeMs: number;
  readonly answerMs?: number | undefined;
}

/** What the vendors were asked since the last `mark`. */
export interface VendorCounts {
  readonly sinceMs: number;
  readonly listCalls: number;
  readonly plainCalls: number;
  /** The most calls of one account within any second, and within any interval those of all. */
  readonly mostInOneSecond: number;
  readonly mostInOneInterval: number;
  /** Of exports that are asked about one by one: polls that came before nine tenths of the interval had passed, and the most of one. */
  readonly earlyPolls: number;
  readonly mostEarlyPolls: number;
  readonly longestGapMs: number;
}

/** Two vendors, one with a list call and one without, whose exports get on with time. */
export interface ClusterVendor extends AsyncDisposable {
  readonly url: string;
  /** All exports end from now on. */
  finish(): void;
  mark(): void;
  counts(): VendorCounts;
}

export async function startClusterVendor(settings: ClusterVendorSettings): Promise<ClusterVendor> {
  const { layout, changeMs, answerMs = 5 } = settings;
  const startedAt = Date.now();
  let hasFinished = false;
  let counts = createCounts();
  /** When the last calls came: of each account within a second, and of all within an interval. */
  const recent = new Map<string, number[]>();
  const polledAt = new Map<string, number>();
  let early = new Map<string, number>();

  function count(account: string): void {
    const now = performance.now();
    counts.mostInOneSecond = Math.max(counts.mostInOneSecond, slide(recent, account, now, 1_000));
    counts.mostInOneInterval = Math.max(counts.mostInOneInterval, slide(recent, '', now, layout.intervalMs));
  }

  function poll(name: string): void {
    const now = performance.now();
    const before = polledAt.get(name);
    polledAt.set(name, now);
    if (before === undefined) return;
    counts.longestGapMs = Math.max(counts.longestGapMs, now - Math.max(before, counts.from));
    if (now - before >= layout.intervalMs * 0.9) return;
    early.set(name, (early.get(name) ?? 0) + 1);
    counts.earlyPolls += 1;
  }

  function percent(id: number): number {
    const phase = (id * 0.618034) % 1;
    return Math.min(99, 1 + Math.floor((Date.now() - startedAt) / changeMs + phase));
  }

  /** Every other word is one that no table lists: so each change is one of the status, which waits for a slow subscriber as progress does not. */
  function word(percent: number, known: string): string {
    return percent % 2 === 0 ? known : 'Somewhere';
  }

  const createdAt = new Date(startedAt).toISOString();
  function toHiEnergy(id: number): object {
    const done = percent(id);
    return {
      id,
      report_type: 'deals_excel',
      display_name: `Deals ${id}`,
      status: hasFinished ? 'completed' : word(done, 'processing'),
      progress: { parts_ready: hasFinished ? 100 : done, total_parts: 100 },
      created_at: createdAt,
    };
  }

  function toPowerBi(id: number): object {
    const done = percent(id);
    return {
      id: String(id),
      createdDateTime: createdAt,
      reportId: 'r',
      reportName: `Sales ${id}`,
      status: hasFinished ? 'Succeeded' : word(done, 'Running'),
      percentComplete: hasFinished ? 100 : done,
      ...(hasFinished ? { resourceFileExtension: '.pdf' } : {}),
    };
  }

  const server = createServer((request, response) => {
    const [, kind = '', account = '', ...rest] = (request.url?.split('?', 1)[0] ?? '').split('/');
    const id = rest.at(-1) ?? '';
    count(`${kind}${account}`);
    if (kind === 'list') counts.listCalls += 1;
    else {
      counts.plainCalls += 1;
      poll(`${account}/${id}`);
    }
    const body =
      id === 'exports'
        ? { exports: Array.from({ length: layout.perList }, (_, index) => toHiEnergy(index + 1)) }
        : kind === 'list'
          ? { export: toHiEnergy(Number(id)) }
          : toPowerBi(Number(id));
    setTimeout(() => send(response, body), answerMs);
  });
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    finish() {
      hasFinished = true;
    },
    mark() {
      counts = createCounts();
      recent.clear();
      early = new Map();
    },
    counts() {
      const { from, ...rest } = counts;
      return {
        ...rest,
        sinceMs: performance.now() - from,
        mostEarlyPolls: Math.max(0, ...early.values()),
      };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createCounts() {
  return {
    from: performance.now(),
    listCalls: 0,
    plainCalls: 0,
    mostInOneSecond: 0,
    mostInOneInterval: 0,
    earlyPolls: 0,
    longestGapMs: 0,
  };
}

/** @returns how many there were in the last so many milliseconds, this one included */
function slide(recent: Map<string, number[]>, name: string, now: number, ms: number): number {
  const times = recent.get(name) ?? [];
  recent.set(name, times);
  while ((times[0] ?? now) <= now - ms) times.shift();
  return times.push(now);
}

function send(response: ServerResponse, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
