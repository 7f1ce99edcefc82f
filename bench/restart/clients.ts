import { Agent, request } from 'node:http';
import WebSocket from 'ws';

/** What became of everything the clients did. */
export interface Outcomes {
  /** Queries that were answered, found nobody to ask, or were cut off half-way. */
  answered: number;
  unreachable: number;
  broken: number;
  /** Streams: how each connection of theirs ended. */
  readonly ends: Record<string, number>;
  /** Streams that have seen all of their exports end. */
  completed: number;
  /** Events that went back: less progress, or a status after the end. */
  backward: number;
  /** Streams whose exports did not each tell of their end exactly once. */
  wrong: number;
}

export interface ClientSettings {
  readonly port: number;
  readonly key: string;
  readonly exports: number;
  readonly outcomes: Outcomes;
  readonly isOver: () => boolean;
}

const QUERY = 'query ($l: [ExportLocator!]!) { exports(locators: $l) { status progress { percent } } }';
const WATCH = `subscription ($l: [ExportLocator!]!, $after: String) {
  exportEvents(locators: $l, after: $after) { __typename cursor exportId export { isTerminal progress { percent } } }
}`;
const RETRY_MS = 150;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks one query after another until it is over. */
export async function keepAsking(settings: ClientSettings): Promise<void> {
  const { port, key, exports, outcomes, isOver } = settings;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  while (!isOver()) {
    const l = [{ hiEnergy: { exportId: String(1 + Math.floor(Math.random() * exports)) } }];
    const answer = await post(agent, port, key, JSON.stringify({ query: QUERY, variables: { l } }));
    outcomes[answer] += 1;
    if (answer !== 'answered') await pause(RETRY_MS);
  }
  agent.destroy();
}

function post(
  agent: Agent,
  port: number,
  key: string,
  body: string,
): Promise<'answered' | 'unreachable' | 'broken'> {
  return new Promise((resolve) => {
    const outgoing = request({
      agent,
      port,
      host: '127.0.0.1',
      path: '/graphql',
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    });
    outgoing.on('error', (error: Error & { code?: string }) =>
      // A connection that the server closed while it was idle was never given this request.
      resolve(error.code === 'ECONNREFUSED' || outgoing.reusedSocket ? 'unreachable' : 'broken'),
    );
    outgoing.on('response', (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', () => resolve('broken'));
      response.on('end', () => resolve(isGood(text) ? 'answered' : 'broken'));
    });
    outgoing.end(body);
  });
}

function isGood(text: string): boolean {
  try {
    return (JSON.parse(text) as { errors?: unknown }).errors === undefined;
  } catch {
    return false;
  }
}

/** Follows five exports to their end, over as many connections as it takes. */
export async function keepFollowing(settings: ClientSettings, first: number): Promise<void> {
  const { exports, outcomes, isOver } = settings;
  const ids = Array.from({ length: 5 }, (_, index) => String(1 + ((first + index * 7) % exports)));
  const seen = {
    after: undefined as string | undefined,
    percents: new Map<string, number>(),
    ended: [] as string[],
  };
  while (!isOver()) {
    const end = await follow(settings, ids, seen);
    outcomes.ends[end] = (outcomes.ends[end] ?? 0) + 1;
    if (end === 'complete') break;
    await pause(RETRY_MS * (1 + Math.random()));
  }
  if (seen.ended.length === ids.length) outcomes.completed += 1;
  if (new Set(seen.ended).size !== seen.ended.length || seen.ended.length !== ids.length) outcomes.wrong += 1;
}

interface Seen {
  after: string | undefined;
  readonly percents: Map<string, number>;
  readonly ended: string[];
}

function follow(
  { port, key, outcomes }: ClientSettings,
  ids: readonly string[],
  seen: Seen,
): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
    const end = (how: string): void => {
      resolve(how);
      socket.close();
    };
    socket.on('error', () => resolve('no connection'));
    socket.on('close', (code) => resolve(`closed ${code}`));
    socket.on('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } })),
    );
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.type === 'connection_ack') {
        const l = ids.map((exportId) => ({ hiEnergy: { exportId } }));
        const payload = { query: WATCH, variables: { l, after: seen.after } };
        socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload }));
      }
      if (message.type === 'next') take(message.payload.data.exportEvents, seen, outcomes);
      if (message.type === 'complete') end('complete');
      if (message.type === 'error') {
        const { code, cursor } = message.payload[0].extensions;
        end(`${code}${cursor === undefined ? ' without a cursor' : ''}`);
      }
    });
  });
}

interface Told {
  readonly cursor: string;
  readonly exportId: string;
  readonly export: {
    readonly isTerminal: boolean;
    readonly progress: { readonly percent: number } | null;
  } | null;
}

function take(event: Told, seen: Seen, outcomes: Outcomes): void {
  const { cursor, exportId, export: shown } = event;
  seen.after = cursor;
  if (shown === null) return;
  const percent = shown.progress?.percent ?? 0;
  const hadEnded = seen.ended.includes(exportId);
  // A new gateway does not know what the old one told: a snapshot of an ended export says it again.
  if (percent < (seen.percents.get(exportId) ?? 0) || (hadEnded && !shown.isTerminal)) outcomes.backward += 1;
  seen.percents.set(exportId, percent);
  if (shown.isTerminal && !hadEnded) seen.ended.push(exportId);
}
