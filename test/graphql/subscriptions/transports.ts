import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { Peer } from './peer.ts';

/** An event as the tests' query selects it. */
export interface SeenEvent {
  readonly __typename: string;
  readonly cursor: string;
  readonly exportId: string;
  readonly export: {
    readonly status: string;
    readonly progress: { readonly percent: number | null } | null;
  } | null;
  readonly isReplayGap?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly code?: string;
  readonly message?: string;
}

export interface SeenError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** How a stream came to its end; `closeCode` over websockets only, where the socket was closed. */
export interface StreamEnd {
  readonly type: 'complete' | 'errors' | 'closed';
  readonly errors: readonly SeenError[];
  readonly closeCode?: number;
}

/** One subscription as a client sees it. */
export interface LiveStream extends AsyncDisposable {
  /** The data of every result so far. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever it asked for
  readonly data: readonly any[];
  /** What was said of the root field `exportEvents`, so far. */
  readonly events: readonly SeenEvent[];
  readonly ended: Promise<StreamEnd>;
  /** Resolves as soon as the events so far fulfil the condition; rejects where the stream ends before. */
  until(condition: (events: readonly SeenEvent[]) => boolean): Promise<readonly SeenEvent[]>;
  /** Leaves as a polite client does. */
  leave(): void;
  /** Breaks the TCP connection without a word. */
  kill(): void;
  /** Reads nothing more, while the connection stays open. */
  pause(): void;
  resume(): void;
}

export interface StreamRequest {
  readonly query?: string;
  readonly variables?: object;
  readonly operationName?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type OpenStream = (url: string, request: StreamRequest) => Promise<LiveStream>;

export const WATCH = /* GraphQL */ `
  subscription Watch($locators: [ExportLocator!]!, $after: String) {
    exportEvents(locators: $locators, after: $after) {
      __typename
      cursor
      exportId
      export { status progress { percent } }
      ... on ExportSnapshot { isReplayGap }
      ... on ExportStatusChanged { from to }
      ... on ExportWatchInterrupted { code }
      ... on ExportWatchFailed { code message }
    }
  }
`;

/** Both ways to subscribe; tests that hold for one hold for the other. */
export const TRANSPORTS: readonly (readonly [name: string, open: OpenStream])[] = [
  ['a websocket', openSocketStream],
  ['SSE', openSseStream],
];

/** What happened, in one line an event: `Snapshot 4001 RUNNING 40`. */
export function toStory(events: readonly SeenEvent[]): readonly string[] {
  return events.map(({ __typename, exportId, export: shown, code }) =>
    [
      __typename.replace('Export', ''),
      toVendorId(exportId),
      shown?.status ?? '-',
      shown?.progress?.percent ?? '',
      code ?? '',
    ]
      .join(' ')
      .replace(/ +/g, ' ')
      .trim(),
  );
}

/** The vendor's own id inside a global id. */
export function toVendorId(globalId: string): string {
  return (JSON.parse(Buffer.from(globalId, 'base64url').toString()) as string[]).at(-1) ?? '';
}

/** Collects what a stream says, whatever it comes over. */
class Collector {
  readonly data: unknown[] = [];
  readonly ended: Promise<StreamEnd>;
  private settle: (end: StreamEnd) => void = () => undefined;
  private end: StreamEnd | null = null;
  private readonly waiters = new Set<() => void>();
  private errors: SeenError[] = [];

  constructor() {
    this.ended = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  get events(): readonly SeenEvent[] {
    return this.data.flatMap((data) => (data as { exportEvents?: SeenEvent } | null)?.exportEvents ?? []);
  }

  take(result: { data?: unknown; errors?: readonly SeenError[] }): void {
    if (result.data !== undefined && result.data !== null) this.data.push(result.data);
    if (result.errors !== undefined) this.errors.push(...result.errors);
    this.wake();
  }

  finish(type: StreamEnd['type'], errors: readonly SeenError[] = [], closeCode?: number): void {
    if (this.end !== null) return;
    const all = [...this.errors, ...errors];
    this.end = {
      type: all.length > 0 && type === 'complete' ? 'errors' : type,
      errors: all,
      ...(closeCode === undefined ? {} : { closeCode }),
    };
    this.settle(this.end);
    this.wake();
  }

  until(condition: (events: readonly SeenEvent[]) => boolean): Promise<readonly SeenEvent[]> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (condition(this.events)) resolve(this.events);
        else if (this.end !== null)
          reject(
            new Error(
              `The stream ended (${JSON.stringify(this.end)}) after ${toStory(this.events).join(', ')}`,
            ),
          );
        else return;
        this.waiters.delete(check);
      };
      this.waiters.add(check);
      check();
    });
  }

  private wake(): void {
    for (const check of [...this.waiters]) check();
  }
}

export async function openSocketStream(url: string, request: StreamRequest): Promise<LiveStream> {
  const { query = WATCH, variables, operationName, headers = {} } = request;
  const peer = await Peer.connect(url, { init: headers });
  const collector = new Collector();
  peer.onMessage((message) => {
    if (message.type === 'next') collector.take(message.payload as object);
    if (message.type === 'error') collector.finish('errors', message.payload as readonly SeenError[]);
    if (message.type === 'complete') collector.finish('complete');
  });
  void peer.closed.then(({ code }) => collector.finish('closed', [], code));
  peer.send({ type: 'subscribe', id: '1', payload: { query, variables, operationName } });
  return toStream(collector, {
    leave: () => peer.send({ type: 'complete', id: '1' }),
    kill: () => peer.kill(),
    pause: () => peer.connection.pause(),
    resume: () => peer.connection.resume(),
    dispose: () => peer[Symbol.asyncDispose](),
  });
}

export async function openSseStream(url: string, request: StreamRequest): Promise<LiveStream> {
  const { query = WATCH, variables, operationName, headers = {} } = request;
  const collector = new Collector();
  const outgoing = httpRequest(`${url}/graphql`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
  });
  const response = await answerTo(outgoing, JSON.stringify({ query, variables, operationName }));
  readEvents(response, (name, data) => {
    if (name === 'next') collector.take(JSON.parse(data));
    if (name === 'complete') collector.finish('complete');
  });
  response.on('close', () => collector.finish('closed'));
  response.on('error', () => undefined);
  return toStream(collector, {
    leave: () => outgoing.destroy(),
    kill: () => outgoing.socket?.resetAndDestroy(),
    pause: () => response.pause(),
    resume: () => response.resume(),
    dispose: async () => void outgoing.destroy(),
  });
}

function answerTo(outgoing: ClientRequest, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Reads `text/event-stream`: blocks end with an empty line, lines that begin with a colon are comments. */
function readEvents(response: IncomingMessage, onEvent: (name: string, data: string) => void): void {
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    const blocks = `${rest}${chunk}`.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n').filter((line) => !line.startsWith(':'));
      const field = (name: string) =>
        lines
          .find((line) => line.startsWith(`${name}:`))
          ?.slice(name.length + 1)
          .trim() ?? '';
      if (field('event') !== '') onEvent(field('event'), field('data'));
    }
  });
}

function toStream(
  collector: Collector,
  {
    dispose,
    ...hands
  }: Pick<LiveStream, 'leave' | 'kill' | 'pause' | 'resume'> & { dispose(): Promise<void> },
): LiveStream {
  return {
    get data() {
      return collector.data;
    },
    get events() {
      return collector.events;
    },
    ended: collector.ended,
    until: (condition) => collector.until(condition),
    ...hands,
    [Symbol.asyncDispose]: dispose,
  };
}
