import { Peer } from '../graphql/subscriptions/peer.ts';
import { EVERYTHING_RUNS, type FakedGateway, lastSegment, startFakedGateway } from '../graphql/support.ts';
import { ENDED, linesOf, REFUSED } from '../operating/support.ts';

export const EXECUTORS = ['interpreted', 'compiled'] as const;
export type Executor = (typeof EXECUTORS)[number];

/** One operation, as every transport can carry it. */
export interface Question {
  readonly query: string;
  readonly variables?: object;
  readonly operationName?: string;
  readonly extensions?: object;
}

/** What came back, whatever it came over. */
export interface Told {
  /** Null over a websocket. */
  readonly status: number | null;
  /** `{ data, errors }` as it was written. */
  readonly text: string;
  /** As a header names it; null over a websocket. */
  readonly requestId: string | null;
}

export interface Transport {
  readonly name: string;
  /** As log lines and metrics call it, of an answer in one piece. */
  readonly label: 'http' | 'websocket';
  /** @param beforehand - called when nothing is left but to ask */
  readonly ask: (url: string, question: Question, beforehand?: () => void) => Promise<Told>;
}

const GRAPHQL_JSON = 'application/graphql-response+json';

/** Every way to ask for an answer in one piece. The first is the one that others are compared with. */
export const TRANSPORTS: readonly Transport[] = [
  { name: 'POST, application/json', label: 'http', ask: post('application/json', (text) => text) },
  { name: `POST, ${GRAPHQL_JSON}`, label: 'http', ask: post(GRAPHQL_JSON, (text) => text) },
  { name: 'GET', label: 'http', ask: get },
  { name: 'server-sent events', label: 'http', ask: post('text/event-stream', fromEvents) },
  {
    name: 'multipart/mixed',
    label: 'http',
    ask: post('multipart/mixed;subscriptionSpec=1.0', fromParts),
  },
  { name: 'websocket', label: 'websocket', ask: askSocket },
];

function post(accept: string, read: (text: string) => string) {
  return async (url: string, question: Question, beforehand?: () => void): Promise<Told> => {
    beforehand?.();
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify(question),
    });
    return toTold(response, read(await response.text()));
  };
}

async function get(url: string, question: Question, beforehand?: () => void): Promise<Told> {
  beforehand?.();
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(question))
    search.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  const response = await fetch(`${url}/graphql?${search}`, { headers: { accept: 'application/json' } });
  return toTold(response, await response.text());
}

function toTold(response: Response, text: string): Told {
  return { status: response.status, text, requestId: response.headers.get('x-request-id') };
}

function fromEvents(text: string): string {
  const read = /^(?::\n\n)+event: next\ndata: (.*)\n\nevent: complete\ndata:\n\n$/.exec(text)?.[1];
  if (read === undefined) throw new Error(`These are no events: ${text}`);
  return read;
}

function fromParts(text: string): string {
  const read =
    /^\r\n--graphql\r\ncontent-type: application\/json\r\n\r\n\{"payload":(.*)\}\r\n--graphql--\r\n$/.exec(
      text,
    )?.[1];
  if (read === undefined) throw new Error(`These are no parts: ${text}`);
  return read;
}

async function askSocket(url: string, question: Question, beforehand?: () => void): Promise<Told> {
  await using peer = await Peer.connect(url);
  const answered = peer.next(({ type }) => type === 'next' || type === 'error');
  beforehand?.();
  peer.send({ type: 'subscribe', id: '1', payload: question });
  const { type, payload } = await answered;
  // Parsed and written again: the order of its keys stays.
  const text = JSON.stringify(type === 'error' ? { errors: payload } : payload);
  return { status: null, text, requestId: null };
}

/** A gateway with one switch, by which a resolver breaks where it shows when export 1 was created. */
export interface ConformanceGateway extends FakedGateway {
  readonly bug: { isThere: boolean };
}

const bug = { isThere: false };
const CREATED_AT = '2026-02-03T04:05:06.789Z';
const { toISOString } = Date.prototype;
/** How every resolver of an instant shows it. */
Date.prototype.toISOString = function show(this: Date): string {
  const text = toISOString.call(this);
  if (bug.isThere && text === CREATED_AT)
    throw new RangeError('broken at /srv/secret/clock.ts:1 on host 10.0.0.7');
  return text;
};

/** Export 404 of Hi Energy is unknown, 1 has finished; every other one runs. */
export async function startConformanceGateway(
  executor: Executor,
  config: Readonly<Record<string, object>> = {},
): Promise<ConformanceGateway> {
  const gateway = await startFakedGateway({
    executor,
    config: { files: { linkSecret: 'the same at every gateway of a test, always' }, ...config },
    vendors: {
      'hi-energy': (request) => {
        const id = lastSegment(request.url);
        if (id === '4404') return { status: 404, body: { error: { code: 'not_found', message: 'gone' } } };
        if (request.url.includes('?') || id !== '4001') return EVERYTHING_RUNS['hi-energy'](request);
        return {
          body: {
            export: {
              id: 4001,
              report_type: 'deals_excel',
              status: 'completed',
              display_name: 'Deals',
              created_at: CREATED_AT,
              parent_report_id: 4404,
              progress: { parts_ready: 4, total_parts: 4 },
            },
          },
        };
      },
    },
  });
  return { ...gateway, bug };
}

/** The lines of the operations log so far: one for each operation that has ended or was refused. */
export function endings(gateway: Pick<FakedGateway, 'log'>): readonly Readonly<Record<string, unknown>>[] {
  return [...linesOf(gateway, ENDED), ...linesOf(gateway, REFUSED)];
}

/** An answer without what differs from request to request. */
export function normalise(text: string): string {
  return text.replaceAll(/"requestId":"[^"]*"/g, '"requestId":"ID"');
}
