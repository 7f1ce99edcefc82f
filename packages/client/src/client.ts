import { Access } from './access.ts';
import { toError, toWaybillError } from './answers.ts';
import { type Clock, systemClock } from './clock.ts';
import { WaybillError } from './error.ts';
import { LocatorSet } from './export-set.ts';
import type { FeedListener } from './feed.ts';
import { Feeds, RELEASE_MS } from './feeds.ts';
import {
  WaybillAccounts,
  WaybillCancel,
  WaybillExports,
  WaybillRecent,
  WaybillStart,
  WaybillTrack,
  WaybillUntrack,
} from './generated/documents.ts';
import { type Answer, type Ask, createAsk, take } from './http.ts';
import { Link, type Open } from './link.ts';
import { toInput } from './locator.ts';
import { watchPage } from './page.ts';
import { openPolling } from './poll.ts';
import { type Fields, toFields, toList } from './read.ts';
import { openSse } from './sse.ts';
import { toAccount, toAccountProblem } from './to-account.ts';
import { toExport } from './to-export.ts';
import { TrackedFeed } from './tracked.ts';
import { TrackedSet, type TrackedSource } from './tracked-set.ts';
import type {
  Account,
  ConnectionStore,
  DoneOptions,
  Export,
  ExportEvent,
  ExportOrder,
  ExportSet,
  Filter,
  GetOptions,
  Locator,
  RecentExports,
  RecentOptions,
  StartedExport,
  StartOptions,
  TrackOptions,
  WatchOptions,
  Waybill,
  WaybillOptions,
} from './types.ts';
import { toEvents, toWatched } from './watch.ts';
import { openSocket } from './ws.ts';

/** The most that one question may name. */
const QUESTION_SIZE = 100;
/** A link has at least so long to live. */
const LINK_MS = 60_000;
/** An answer this old still gives new links. */
const FILES_MAX_AGE_MS = 10_000;
const LIST_PAGES = 10;
const RETRY = { minMs: 500, maxMs: 30_000 };

/** A client of the gateway at `options.url`. It connects when something is followed, and lets go with the last. */
export function createWaybill(options: WaybillOptions): Waybill {
  return createWaybillWith(options, systemClock);
}

/** The same on another clock: a test's. */
export function createWaybillWith(options: WaybillOptions, clock: Clock): Waybill {
  const url = toEndpoint(options.url);
  const access = new Access(options);
  const fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
  const ask = createAsk({ url, fetch, clock }, access);
  const ways = toWays(options, { url, fetch, clock, ask });
  const link = new Link({ ways, access, clock, retry: { ...RETRY, ...options.retry } });
  const stopPage = watchPage(link, clock, options.pauseWhenHidden ?? false);
  return new Client(link, ask, clock, stopPage);
}

/** `/graphql` is added where it is missing. */
function toEndpoint(text: string): string {
  const base = typeof location === 'undefined' ? undefined : location.href;
  const url = new URL(text, base);
  url.hash = '';
  if (!url.pathname.endsWith('/graphql')) url.pathname = `${url.pathname.replace(/\/$/, '')}/graphql`;
  return url.href;
}

interface Means {
  readonly url: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly ask: Ask;
}

function toWays(
  { transport = 'auto', webSocket = globalThis.WebSocket }: WaybillOptions,
  means: Means,
): Open[] {
  const ws: Open = (credentials, host) => openSocket({ ...means, webSocket }, credentials, host);
  const sse: Open = (credentials, host) => openSse(means, credentials, host);
  const poll: Open = (_credentials, host) => openPolling(means.ask, means.clock, host);
  if (transport === 'sse') return [sse];
  if (transport === 'poll') return [poll];
  if (transport === 'auto') return webSocket === undefined ? [sse, poll] : [ws, sse, poll];
  if (webSocket !== undefined) return [ws];
  throw new WaybillError('There is no WebSocket here: give one as `webSocket`, or another transport.', {
    code: 'BAD_USER_INPUT',
  });
}

interface SharedFeed {
  readonly feed: TrackedFeed;
  users: number;
  /** Calls off its end. */
  cancel: () => void;
}

/** Everything that can be asked of a gateway, over one link. */
export class Client implements Waybill, TrackedSource {
  readonly connection: ConnectionStore;
  private readonly link: Link;
  private readonly ask: Ask;
  private readonly clock: Clock;
  private readonly stopPage: () => void;
  private readonly feeds: Feeds;
  private readonly tracked = new Map<string, SharedFeed>();
  private readonly others = new Set<Feeds>();

  constructor(link: Link, ask: Ask, clock: Clock, stopPage: () => void = () => {}) {
    this.link = link;
    this.ask = ask;
    this.clock = clock;
    this.stopPage = stopPage;
    this.connection = link.connection;
    this.feeds = new Feeds(link, clock);
  }

  async get(locator: Locator, options?: GetOptions): Promise<Export> {
    const [answer] = await this.getMany([locator], options);
    if (answer instanceof WaybillError) throw answer;
    return answer as Export;
  }

  async getMany(
    locators: readonly Locator[],
    options: GetOptions = {},
  ): Promise<readonly (Export | WaybillError)[]> {
    const inputs = locators.map((locator) => attempt(() => toInput(locator)));
    const answers = [...inputs] as (Export | WaybillError)[];
    const good = inputs.flatMap((input, index) => (input instanceof WaybillError ? [] : [{ input, index }]));
    const parts = Array.from({ length: Math.ceil(good.length / QUESTION_SIZE) }, (_, part) =>
      good.slice(part * QUESTION_SIZE, (part + 1) * QUESTION_SIZE),
    );
    await Promise.all(
      parts.map(async (part) => {
        const variables = { locators: part.map(({ input }) => input), maxAgeMs: options.maxAgeMs ?? 0 };
        const answer = await this.question('WaybillExports', WaybillExports, variables, options.signal);
        for (const [place, { index }] of part.entries()) answers[index] = toOne(answer, place);
      }),
    );
    return answers;
  }

  async recent({ first, after, signal, ...filter }: RecentOptions = {}): Promise<RecentExports> {
    const answer = await this.question('WaybillRecent', WaybillRecent, { first, after, filter }, signal);
    const { nodes, pageInfo, unavailable } = take(answer, 'recentExports');
    const { endCursor, hasNextPage } = toFields(pageInfo);
    return {
      exports: toList(nodes).map((wire) => toExport(wire)),
      endCursor: (endCursor as string) ?? null,
      hasNextPage: hasNextPage === true,
      unavailable: toList(unavailable).map(toAccountProblem),
    };
  }

  watch(
    locator: Locator | readonly Locator[],
    { after, signal }: WatchOptions = {},
  ): AsyncIterable<ExportEvent> {
    const list = Array.isArray(locator) ? (locator as readonly Locator[]) : [locator as Locator];
    const inputs = [...new Map(list.map(toInput).map((input) => [JSON.stringify(input), input])).values()];
    return toEvents((listener) => {
      // Behind a cursor of its own nobody else is.
      const feeds = after === undefined ? this.feeds : new Feeds(this.link, this.clock, after);
      if (feeds !== this.feeds) this.others.add(feeds);
      if (inputs.length === 0) listener.onEnd(null);
      const isClosed = (): boolean => this.connection.get().state === 'closed';
      const watched = toWatched(inputs.length, listener, isClosed);
      const stops = inputs.map((input) => this.join(feeds, input, watched));
      return () => {
        for (const stop of stops) stop();
        if (feeds === this.feeds) return;
        this.others.delete(feeds);
        feeds.close();
      };
    }, signal);
  }

  follow(what: readonly Locator[] | { readonly tracked: Filter }): ExportSet {
    if (!('tracked' in what)) return new LocatorSet(this.feeds, what, () => this.link.reopen());
    return new TrackedSet(this, what.tracked, () => this.link.reopen());
  }

  done(locator: Locator, options: DoneOptions = {}): Promise<Export> {
    const { timeoutMs, signal, onProgress } = options;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const input = toInput(locator);
      const leave: (() => void)[] = [];
      const settle = (end: () => void): void => {
        for (const each of leave.splice(0)) each();
        end();
      };
      const onAbort = (): void => settle(() => reject(signal?.reason));
      signal?.addEventListener('abort', onAbort);
      leave.push(() => signal?.removeEventListener('abort', onAbort));
      if (timeoutMs !== undefined) {
        const late = new WaybillError('The export had not ended in time.', {
          code: 'TIMEOUT',
          retryable: true,
        });
        leave.push(this.clock.setTimer(timeoutMs, () => settle(() => reject(late))));
      }
      let last: Export | undefined;
      const stop = this.join(this.feeds, input, {
        onEvent: ({ export: now }) => {
          if (now === null || now === last) return;
          last = now;
          if (!now.isTerminal) onProgress?.(now);
        },
        onEnd: (error) => {
          const ended = last;
          queueMicrotask(() => {
            settle(() => (error !== null || ended === undefined ? reject(error) : resolve(ended)));
          });
        },
      });
      leave.push(stop);
    });
  }

  async start(order: ExportOrder, options: StartOptions = {}): Promise<StartedExport> {
    const input = {
      order,
      label: options.label,
      idempotencyKey: options.idempotencyKey ?? crypto.randomUUID(),
    };
    const answer = await this.question('WaybillStart', WaybillStart, { input });
    const { export: started, isExisting } = take(answer, 'startExport');
    return { ...toExport(toFields(started)), isExisting: isExisting === true };
  }

  async cancel(locator: Locator): Promise<Export> {
    const answer = await this.question('WaybillCancel', WaybillCancel, { locator: toInput(locator) });
    return toExport(toFields(take(answer, 'cancelExport').export));
  }

  async track(locator: Locator, { label }: TrackOptions = {}): Promise<Export> {
    const input = toInput(locator);
    const answer = await this.question('WaybillTrack', WaybillTrack, { locator: input, label });
    const { export: tracked } = take(answer, 'trackExport');
    // It is tracked, and could not be read: the reason comes from reading it.
    return tracked == null ? this.get(input, { maxAgeMs: FILES_MAX_AGE_MS }) : toExport(toFields(tracked));
  }

  async untrack(locator: Locator): Promise<void> {
    take(
      await this.question('WaybillUntrack', WaybillUntrack, { locator: toInput(locator) }),
      'untrackExport',
    );
  }

  async fileUrl(of: Export | Locator, index = 0): Promise<URL> {
    const isExport = typeof of === 'object' && 'phase' in of;
    const shown = isExport ? (of as Export) : undefined;
    const file = shown?.files?.[index];
    if (file !== undefined && file.urlExpiresAt.getTime() - this.clock.now() > LINK_MS)
      return new URL(file.url);
    const locator = shown === undefined ? (of as Locator) : { id: shown.id };
    const now = await this.get(locator, { maxAgeMs: FILES_MAX_AGE_MS });
    const found = now.files?.[index];
    if (found !== undefined) return new URL(found.url);
    throw new WaybillError(
      now.isTerminal ? 'The export has no such file.' : 'The export has not ended yet.',
      {
        code: 'NO_FILE',
        retryable: !now.isTerminal,
      },
    );
  }

  async accounts(): Promise<readonly Account[]> {
    const answer = await this.question('WaybillAccounts', WaybillAccounts, {});
    return toList(take(answer, 'accounts')).map(toAccount);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.link.close(new WaybillError('The client was closed.', { code: 'CLOSED' }));
    this.stopPage();
    for (const feeds of [this.feeds, ...this.others]) feeds.close();
    for (const { feed, cancel } of this.tracked.values()) {
      cancel();
      feed.close();
    }
    this.tracked.clear();
  }

  // ------------------------------------------------------------------ what is shared

  /** Shared by all sets with the same filter. */
  openTracked(filter: Filter): TrackedFeed {
    const key = JSON.stringify(filter);
    const known = this.tracked.get(key);
    if (known !== undefined) {
      known.users += 1;
      known.cancel();
      return known.feed;
    }
    const feed = new TrackedFeed(filter, this.clock, (wanted) => this.listTracked(wanted));
    this.tracked.set(key, { feed, users: 1, cancel: () => {} });
    feed.open(this.link);
    return feed;
  }

  reopenTracked(feed: TrackedFeed): void {
    if (feed.hasFailed) feed.open(this.link);
  }

  closeTracked(filter: Filter): void {
    const key = JSON.stringify(filter);
    const known = this.tracked.get(key);
    if (known === undefined) return;
    known.users -= 1;
    if (known.users > 0) return;
    // Whoever comes back at once finds it as it was.
    known.cancel = this.clock.setTimer(RELEASE_MS, () => {
      this.tracked.delete(key);
      known.feed.close();
    });
  }

  /** Everything tracked that fits; null where some of it cannot be listed. */
  private async listTracked(filter: Filter): Promise<readonly Export[] | null> {
    const exports: Export[] = [];
    let after: string | undefined;
    for (let page = 0; page < LIST_PAGES; page += 1) {
      const listed = await this.recent({ ...filter, isTracked: true, first: QUESTION_SIZE, after });
      if (listed.unavailable.length > 0) return null;
      exports.push(...listed.exports);
      if (!listed.hasNextPage) return exports;
      after = listed.endCursor ?? undefined;
    }
    return null;
  }

  /** Follows one export; whoever comes late is told first how it stands. */
  private join(feeds: Feeds, input: ReturnType<typeof toInput>, listener: FeedListener): () => void {
    let isIn = false;
    const [feed, stop] = feeds.follow(input, {
      onEvent: (event) => {
        if (isIn) listener.onEvent(event);
      },
      onEnd: (error, isTold) => {
        if (isIn) listener.onEnd(error, isTold);
      },
    });
    const { state, cursor } = feed;
    isIn = true;
    if (state !== undefined) {
      const at = new Date(this.clock.now());
      const base = { cursor, at, exportId: state.id, export: state };
      listener.onEvent({ ...base, __typename: 'ExportSnapshot', isReplayGap: false });
    }
    if (feed.isOver) listener.onEnd(feed.error, false);
    return stop;
  }

  private question(name: string, text: string, variables: Fields, signal?: AbortSignal): Promise<Answer> {
    return this.ask({ name, text, variables }, signal);
  }
}

function attempt<Value>(read: () => Value): Value | WaybillError {
  try {
    return read();
  } catch (error) {
    return toWaybillError(error);
  }
}

function toOne({ data, errors }: Answer, index: number): Export | WaybillError {
  const exports = data.exports;
  const wire: unknown = Array.isArray(exports) ? exports[index] : null;
  if (wire != null) return toExport(toFields(wire));
  const own = errors.find(({ path }) => Array.isArray(path) && path[1] === index);
  return toError(own ?? errors[0] ?? {});
}
