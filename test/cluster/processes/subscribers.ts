import WebSocket from 'ws';

/** One subscriber's exports, and the key by which it may watch them. */
export interface Watching {
  readonly key: string;
  readonly locators: readonly object[];
}

/** What all subscribers were told, and how they fared. */
export interface SubscriberTally {
  /** Connected and subscribed at the moment. */
  live: number;
  /** Told the end of each of their exports, and the stream's. */
  completed: number;
  events: number;
  /** Subscribers that were told a first state of each of their exports. */
  begun: number;
  /** Events that tell what the subscriber had been told already, and less than that. */
  repeated: number;
  backward: number;
  /** First states in the middle of a stream: marked as a gap, and not. */
  gaps: number;
  firstStatesAgain: number;
  readonly interrupted: Record<string, number>;
  resumed: number;
  failed: number;
  /** How connections ended, and subscriptions with an error. */
  readonly closes: Record<string, number>;
  readonly errors: Record<string, number>;
}

const WATCH = /* GraphQL */ `
  subscription ($l: [ExportLocator!]!, $after: String) {
    exportEvents(locators: $l, after: $after) {
      __typename
      cursor
      exportId
      export { isTerminal progress { percent } }
      ... on ExportSnapshot { isReplayGap }
      ... on ExportWatchInterrupted { code }
    }
  }
`;
/** How long a connection may take until it is subscribed. */
const CONNECT_MS = 20_000;
/** From the first to the second; doubled with each failure in a row. */
const RETRY_MS = [100, 1_500] as const;
const MAX_DOUBLINGS = 3;
/** Stands for the end of an export, later than any percent. */
const END = 1_000;

interface Event {
  readonly __typename: string;
  readonly cursor: string;
  readonly exportId: string;
  readonly export: {
    readonly isTerminal: boolean;
    readonly progress: { readonly percent: number } | null;
  } | null;
  readonly isReplayGap?: boolean;
  readonly code?: string;
}

/** Many subscribers over websockets that come back with their last cursor, and know what each was told. */
export class Subscribers {
  readonly tally: SubscriberTally = createTally();
  private readonly port: number;
  private readonly random: () => number;
  private readonly subscribers: Subscriber[] = [];
  private isClosed = false;

  /** @param port - of the balancer */
  constructor(port: number, random: () => number = Math.random) {
    this.port = port;
    this.random = random;
  }

  get count(): number {
    return this.subscribers.length;
  }

  /** Adds one, which begins to connect. */
  add(watching: Watching): void {
    const subscriber = new Subscriber(this.tally, watching);
    this.subscribers.push(subscriber);
    void this.keep(subscriber);
  }

  /** What was told of each export, over all subscribers: percents in order. */
  told(): ReadonlyMap<string, ReadonlySet<number>> {
    const told = new Map<string, Set<number>>();
    for (const { stories } of this.subscribers) {
      for (const [id, values] of stories) {
        const all = told.get(id) ?? new Set<number>();
        told.set(id, all);
        for (const value of values) all.add(value);
      }
    }
    return told;
  }

  /** @returns values that others were told, and that a subscriber was not between its first and its last */
  countLost(told: ReadonlyMap<string, ReadonlySet<number>>): number {
    let lost = 0;
    for (const { stories } of this.subscribers) {
      for (const [id, values] of stories) {
        const own = new Set(values);
        const [first = 0, last = 0] = [values[0], values.at(-1)];
        for (const value of told.get(id) ?? [])
          if (value > first && value < last && !own.has(value)) lost += 1;
      }
    }
    return lost;
  }

  close(): void {
    this.isClosed = true;
    for (const subscriber of this.subscribers) subscriber.close();
  }

  private async keep(subscriber: Subscriber): Promise<void> {
    const [from, to] = RETRY_MS;
    let failures = 0;
    while (!this.isClosed && !(await subscriber.follow(this.port))) {
      failures = subscriber.wasLive ? 0 : Math.min(failures + 1, MAX_DOUBLINGS);
      const waitMs = (from + this.random() * (to - from)) * 2 ** failures;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

export function createTally(): SubscriberTally {
  return {
    ...{ live: 0, completed: 0, events: 0, begun: 0, repeated: 0, backward: 0, gaps: 0, firstStatesAgain: 0 },
    ...{ interrupted: {}, resumed: 0, failed: 0, closes: {}, errors: {} },
  };
}

class Subscriber {
  /** What it was told of each export: how far it was. */
  readonly stories = new Map<string, number[]>();
  private readonly tally: SubscriberTally;
  private readonly watching: Watching;
  private after: string | undefined;
  private socket: WebSocket | null = null;
  private isLive = false;
  /** In its last connection. */
  wasLive = false;
  private isOver = false;

  constructor(tally: SubscriberTally, watching: Watching) {
    this.tally = tally;
    this.watching = watching;
  }

  close(): void {
    this.isOver = true;
    this.socket?.terminate();
  }

  /** @returns true where nothing more is to come */
  follow(port: number): Promise<boolean> {
    const { tally, watching } = this;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {
      perMessageDeflate: false,
    });
    this.socket = socket;
    this.wasLive = false;
    const send = (message: object) => socket.send(JSON.stringify(message));
    let why = '';
    const giveUp = setTimeout(() => {
      why = 'too slow';
      socket.terminate();
    }, CONNECT_MS);
    return new Promise((resolve) => {
      socket.on('error', (error: Error & { readonly code?: string }) => {
        why ||= error.code ?? error.message;
      });
      socket.on('close', (code) => {
        clearTimeout(giveUp);
        this.setLive(false);
        if (!this.isOver) count(tally.closes, why === '' ? String(code) : why);
        resolve(this.isOver);
      });
      socket.on('open', () =>
        send({ type: 'connection_init', payload: { authorization: `Bearer ${watching.key}` } }),
      );
      socket.on('message', (data) => {
        const message = JSON.parse(String(data));
        if (message.type === 'ping') send({ type: 'pong' });
        if (message.type === 'connection_ack') {
          clearTimeout(giveUp);
          this.setLive(true);
          const variables = { l: watching.locators, after: this.after };
          send({ type: 'subscribe', id: '1', payload: { query: WATCH, variables } });
        }
        if (message.type === 'next') this.take(message.payload.data?.exportEvents);
        if (message.type === 'error') {
          count(tally.errors, message.payload[0]?.extensions?.code ?? 'unknown');
          socket.close();
        }
        if (message.type === 'complete') {
          this.isOver = true;
          tally.completed += 1;
          socket.close();
        }
      });
    });
  }

  private setLive(isLive: boolean): void {
    if (isLive !== this.isLive) this.tally.live += isLive ? 1 : -1;
    this.isLive = isLive;
    this.wasLive ||= isLive;
  }

  private take(event: Event | undefined): void {
    const { tally } = this;
    if (event === undefined) {
      count(tally.errors, 'no data');
      return;
    }
    tally.events += 1;
    this.after = event.cursor;
    if (event.__typename === 'ExportWatchInterrupted') count(tally.interrupted, event.code ?? '');
    else if (event.__typename === 'ExportWatchResumed') tally.resumed += 1;
    else if (event.__typename === 'ExportWatchFailed') tally.failed += 1;
    else this.tell(event);
  }

  private tell({ __typename: type, exportId, export: shown, isReplayGap }: Event): void {
    const { tally } = this;
    const value = shown?.isTerminal ? END : (shown?.progress?.percent ?? 0);
    const story = this.stories.get(exportId);
    if (story === undefined) {
      this.stories.set(exportId, [value]);
      if (this.stories.size === this.watching.locators.length) tally.begun += 1;
      return;
    }
    const last = story.at(-1) ?? 0;
    if (type === 'ExportSnapshot' && isReplayGap) tally.gaps += 1;
    else if (type === 'ExportSnapshot') tally.firstStatesAgain += 1;
    else if (value === last) tally.repeated += 1;
    if (value < last) tally.backward += 1;
    if (value > last) story.push(value);
  }
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
