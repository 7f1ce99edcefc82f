import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Random } from '../../../src/runtime/clock.ts';

export const REPORT_ID = '5b218778-e7a5-4d73-8187-f10824047715';

/** Which of the two vendors: one has a list, the other has none. */
export type CrashVendorId = 'hi-energy' | 'power-bi';

type State = 'waiting' | 'running' | 'done' | 'failed';

interface Job {
  readonly id: number;
  readonly vendor: CrashVendorId;
  /** Stands in the order. */
  readonly name: string;
  readonly createdAt: number;
  state: State;
}

/** A vendor that speaks Hi Energy and Power BI, takes every order for a new one, and moves jobs when it is told to. */
export interface CrashVendor extends AsyncDisposable {
  readonly url: string;
  /** How many orders of this name were accepted. */
  accepted(name: string): number;
  readonly acceptedInAll: number;
  /** Begins a job that no gateway ordered. @returns its id */
  add(vendor: CrashVendorId): string;
  /** Some jobs get on. */
  move(): void;
  /** All jobs end. */
  finish(): void;
}

/** What the vendor's list holds at most: the newest. */
const LISTED = 100;
/** The longest that an answer to an order takes: long enough for a gateway to be killed meanwhile. */
const MAX_ORDER_MS = 40;
/** So many jobs are moved at a time, the oldest that are open. */
const MOVED = 8;

const HI_WORDS = { waiting: 'pending', running: 'processing', done: 'completed', failed: 'failed' } as const;
const BI_WORDS = { waiting: 'NotStarted', running: 'Running', done: 'Succeeded', failed: 'Failed' } as const;

export async function startCrashVendor(random: Random): Promise<CrashVendor> {
  const jobs: Job[] = [];
  const open = new Set<Job>();
  const accepted = new Map<string, number>();

  function begin(vendor: CrashVendorId, name: string): Job {
    const job: Job = { id: jobs.length + 1, vendor, name, createdAt: Date.now(), state: 'waiting' };
    jobs.push(job);
    open.add(job);
    return job;
  }

  function end(job: Job): void {
    job.state = random.next() < 0.8 ? 'done' : 'failed';
    open.delete(job);
  }

  /** The order is taken at once, and answered a little later. */
  function order(vendor: CrashVendorId, body: string, response: ServerResponse): void {
    const name = /"name":"([^"]+)"/.exec(body)?.[1] ?? '';
    accepted.set(name, (accepted.get(name) ?? 0) + 1);
    const job = begin(vendor, name);
    setTimeout(
      () => send(response, vendor === 'hi-energy' ? 201 : 202, show(job)),
      random.next() * MAX_ORDER_MS,
    ).unref();
  }

  function show(job: Job): object {
    return job.vendor === 'hi-energy' ? { export: toHiEnergy(job) } : toPowerBi(job);
  }

  function read(vendor: CrashVendorId, path: string, response: ServerResponse): void {
    if (vendor === 'hi-energy' && path.endsWith('/exports')) {
      const newest = jobs.filter((job) => job.vendor === vendor).slice(-LISTED);
      send(response, 200, { exports: newest.reverse().map(toHiEnergy) });
      return;
    }
    const job = jobs[Number(path.slice(path.lastIndexOf('/') + 1)) - 1];
    if (job?.vendor === vendor) send(response, 200, show(job));
    else send(response, 404, {});
  }

  const server = createServer(async (request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    const vendor = path.startsWith('/bi/') ? 'power-bi' : 'hi-energy';
    let body = '';
    try {
      for await (const piece of request) body += piece;
    } catch {
      return; // A gateway that was killed in the middle of its request has ordered nothing.
    }
    if (request.method === 'POST') order(vendor, body, response);
    else read(vendor, path, response);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted: (name) => accepted.get(name) ?? 0,
    get acceptedInAll() {
      return [...accepted.values()].reduce((sum, count) => sum + count, 0);
    },
    add: (vendor) => String(begin(vendor, '').id),
    move() {
      for (const job of [...open].slice(0, MOVED)) {
        if (job.state === 'waiting') job.state = 'running';
        else if (random.next() < 0.5) end(job);
      }
    },
    finish() {
      for (const job of [...open]) end(job);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function toHiEnergy({ id, name, state, createdAt }: Job): object {
  return {
    id,
    report_type: 'deals_excel',
    display_name: `Deals ${id}`,
    status: HI_WORDS[state],
    parameters: { search_params: { name }, index_params: {} },
    parent_report_id: null,
    error_message: state === 'failed' ? 'It could not be generated' : null,
    created_at: new Date(createdAt).toISOString(),
  };
}

function toPowerBi({ id, state, createdAt }: Job): object {
  return {
    id: String(id),
    createdDateTime: new Date(createdAt).toISOString(),
    reportId: REPORT_ID,
    reportName: `Sales ${id}`,
    status: BI_WORDS[state],
    percentComplete: state === 'done' ? 100 : 10,
    ...(state === 'done' ? { resourceFileExtension: '.pdf' } : {}),
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
