import { createServer, type Socket } from 'node:net';
import { serveCommands } from './commands.ts';

/**
 * All four vendors in one process, as fast as Node can be: sockets without `node:http`, answers put together from text.
 *
 * Every export runs, and its answer follows from its ids, so that two servers can be compared field by field.
 */

/** What the run may change while the vendor runs; what is left out stays as it is. */
export interface VendorSettings {
  /** Until an answer is sent. */
  readonly latencyMs?: number;
  /** Whether list calls name the exports that are asked for, or 25 others. */
  readonly isListed?: boolean;
  /** Power BI's exports change their status with every read, and their name says when (`performance.timeOrigin` + now). */
  readonly isMoving?: boolean;
  /** Answers to paths that begin so are kept back until this is '' again. */
  readonly held?: string;
}

export interface VendorCounts {
  readonly calls: number;
  readonly lists: number;
}

const LISTED = 25;
const REPORT = '5b218778-e7a5-4d73-8187-f10824047715';

let settings: Required<VendorSettings> = { latencyMs: 0, isListed: false, isMoving: false, held: '' };
let calls = 0;
let lists = 0;
let kept: (() => void)[] = [];
const reads = new Map<string, number>();

const server = createServer((socket) => {
  socket.setNoDelay(true);
  let pending = '';
  socket.on('data', (chunk) => {
    const text = pending + chunk.toString('latin1');
    let from = 0;
    for (;;) {
      const end = text.indexOf('\r\n\r\n', from);
      if (end === -1) break;
      // GET PATH HTTP/1.1
      const begin = text.indexOf(' ', from) + 1;
      answer(socket, text.slice(begin, text.indexOf(' ', begin)));
      from = end + 4;
    }
    pending = text.slice(from);
  });
  socket.on('error', () => undefined);
});

function answer(socket: Socket, path: string): void {
  calls += 1;
  const reply = (): void => {
    if (socket.destroyed) return;
    const body = toBody(path);
    const status = body === null ? '404 Not Found' : '200 OK';
    const text = body ?? '{"message":"Not Found"}';
    socket.write(
      `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
      'latin1',
    );
  };
  if (settings.held !== '' && path.startsWith(settings.held)) kept.push(reply);
  else if (settings.latencyMs === 0) reply();
  else setTimeout(reply, settings.latencyMs);
}

function toBody(path: string): string | null {
  const query = path.indexOf('?');
  const parts = (query === -1 ? path : path.slice(0, query)).split('/');
  const last = parts[parts.length - 1] ?? '';
  switch (parts[1]) {
    case 'power-bi':
      return toPowerBi(decodeURIComponent(last));
    case 'hi-energy':
      return last === 'exports' ? toHiEnergyList() : `{"export":${toHiEnergy(last)}}`;
    case 'talkdesk':
      return last === 'jobs' ? toTalkdeskList(parts[4] ?? '') : toTalkdesk(parts[4] ?? '', last);
    case 'web-admit':
      if (parts[4] === 'user_identities') return toWebAdmitList(parts[5] ?? '');
      return `{"export_files":${toWebAdmit(parts[5] ?? '', last)}}`;
    default:
      return null;
  }
}

function toPowerBi(id: string): string {
  let name = 'Sales overview';
  let status = 'Running';
  if (settings.isMoving) {
    const count = (reads.get(id) ?? 0) + 1;
    reads.set(id, count);
    // Neither word is the end of the other: the status can change for ever.
    status = count % 2 === 0 ? 'Running' : 'Undefined';
    name = `t${(performance.timeOrigin + performance.now()).toFixed(3)}`;
  }
  return (
    `{"id":"${id}","createdDateTime":"2026-11-01T17:17:59.827Z","lastActionDateTime":"2026-11-01T17:18:10.120Z",` +
    `"reportId":"${REPORT}","reportName":"${name}","status":"${status}","percentComplete":70,"expirationTime":"0001-01-01T00:00:00Z"}`
  );
}

function toHiEnergy(id: string): string {
  return (
    `{"id":${id},"report_type":"clicks_details_excel","display_name":"Click details ${id}","status":"processing",` +
    '"status_display":"Processing","parameters":{},"filename":null,"download_url":null,"download_expires_in_seconds":null,' +
    '"error_message":null,"progress":{"parts_ready":3,"total_parts":8},"parent_report_id":null,"chunked_export":true,' +
    '"created_at":"2026-11-01T09:00:00Z","updated_at":"2026-11-01T09:02:10Z","started_at":"2026-11-01T09:00:04Z",' +
    `"completed_at":null,"status_url":"https://app.hienergy.ai/api/v1/exports/${id}"}`
  );
}

function toTalkdesk(type: string, id: string): string {
  return (
    `{"job":{"id":"${id}","name":"Calls ${id}","created_at":"2026-11-01T10:17:15Z","status":"processing","type":"${type}",` +
    '"format":"json","timezone":"UTC","timespan":{"from":"2026-10-01T00:00:00Z","to":"2026-11-01T00:00:00Z"}},' +
    `"_links":{"self":{"href":"/data/reports/${type}/jobs/${id}"},"files":{"href":"/data/reports/${type}/files/${id}"}}}`
  );
}

function toWebAdmit(exportId: string, id: string): string {
  return `{"id":${id},"href":"/api/v1/exports/${exportId}/export_files/${id}","export_id":${exportId},"status":"In Progress"}`;
}

// The ids that lists name are those of `operations.ts`.
function toHiEnergyList(): string {
  lists += 1;
  const first = settings.isListed ? 1 : 1_000_000_000;
  return `{"exports":[${count((index) => toHiEnergy(String(first + index)))}]}`;
}

function toTalkdeskList(type: string): string {
  lists += 1;
  const prefix = settings.isListed ? type : 'other';
  return `{"count":${LISTED},"total":${LISTED},"_embedded":{"jobs":[${count((index) => toTalkdesk(type, `${prefix}-${index}`))}]}}`;
}

function toWebAdmitList(identity: string): string {
  lists += 1;
  const prefix = settings.isListed ? identity : `9${identity}`;
  const runs = count((index) => toWebAdmit('90277', `${prefix}${String(index).padStart(2, '0')}`));
  return `{"href":"/api/v1/user_identities/${identity}/export_files","export_files":[${runs}]}`;
}

function count(toItem: (index: number) => string): string {
  return Array.from({ length: LISTED }, (_, index) => toItem(index)).join(',');
}

server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
serveCommands({
  url: async () => {
    if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The vendor has no port.');
    return `http://127.0.0.1:${address.port}`;
  },
  set: (changed: VendorSettings) => {
    settings = { ...settings, ...changed };
    if (settings.held === '') for (const reply of kept.splice(0)) reply();
  },
  counts: (): VendorCounts => ({ calls, lists }),
  reset: () => {
    calls = 0;
    lists = 0;
    kept = [];
    reads.clear();
  },
});
