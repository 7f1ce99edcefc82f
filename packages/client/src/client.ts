import { createAccess } from './access.ts';
import { toErrorAt, toWaybillError } from './answers.ts';
import { type Clock, systemClock } from './clock.ts';
import { withDeadline } from './deadline.ts';
import { WaybillError } from './error.ts';
import { followLocators, toSet } from './export-set.ts';
import { createFeeds, type FeedListener, type Feeds, RELEASE_MS } from './feeds.ts';
import {
  WaybillAccounts,
  WaybillCancel,
  WaybillExports,
  WaybillRecent,
  WaybillStart,
  WaybillTrack,
  WaybillUntrack,
  WaybillVendors,
} from './generated/documents.ts';
import { type Answer, type Ask, createAsk, take } from './http.ts';
import { createLink, type Link, type Open } from './link.ts';
import { toInput, toKey } from './locator.ts';
import { watchPage } from './page.ts';
import { poll } from './poll.ts';
import { type Fields, toFields, toList } from './read.ts';
import { openRequests } from './requests.ts';
import { readEvents } from './sse.ts';
import { toAccount, toAccountProblem } from './to-account.ts';
import { toExport } from './to-export.ts';
import { followTracked, type TrackedFeed } from './tracked.ts';
import type {
  Export,
  ExportEvent,
  ExportLocator,
  ExportSet,
  Filter,
  GetOptions,
  Locator,
  RecentExports,
  RecentOptions,
  Vendor,
  WatchOptions,
  Waybill,
  WaybillOptions,
} from './types.ts';
import { toEvents, toWatched } from './watch.ts';
import { openSocket } from './ws.ts';

/** The most that one question may name. */
const QUESTION_SIZE = 100;
/** A browser has six connections to a gateway, and needs some for questions. What is more is polled. */
const MAX_STREAMS = 4;
/** A link has at least so long to live. */
const LINK_MS = 60_000;
/** An answer this old is still the latest, and comes with new links. */
const LATEST_MS = 10_000;
const RETRY = { minMs: 500, maxMs: 30_000 };

/** A client of the gateway at `options.url`. It connects when something is followed, and lets go with the last. */
export function createWaybill(options: WaybillOptions): Waybill {
  return createWaybillWith(options, systemClock);
}

/** The same on another clock: a test's. */
export function createWaybillWith(options: WaybillOptions, clock: Clock): Waybill {
  const url = toEndpoint(options.url);
  const access = createAccess(options);
  const fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
  const ask = createAsk({ url, fetch, clock }, access);
  const ways = toWays(options, { url, fetch, clock, ask });
  const link = createLink({ ways, access, clock, retry: { ...RETRY, ...options.retry } });
  watchPage(link, clock, options.pauseWhenHidden ?? false);
  return createClient(link, ask, clock);
}

/** `/graphql` is added where it is missing. */
function toEndpoint(text: string): string {
  const url = new URL(text, globalThis.location?.href);
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
  const { ask, clock } = means;
  const polling: Open = (_credentials, host) =>
    openRequests(clock, host, (stream) => poll(ask, clock, stream));
  const sse: Open = (credentials, host) =>
    openRequests(clock, host, (stream) =>
      stream.count > MAX_STREAMS
        ? poll(ask, clock, stream)
        : readEvents(means, credentials, host.isRenewable, stream),
    );
  if (transport === 'sse') return [sse];
  if (transport === 'poll') return [polling];
  if (transport === 'auto') return webSocket === undefined ? [sse, polling] : [ws, sse, polling];
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
export function createClient(link: Link, ask: Ask, clock: Clock): Waybill {
  const { connection } = link;
  const feeds = createFeeds(link, clock);
  const tracked = new Map<string, SharedFeed>();

  const question = (text: string, variables: Fields, signal?: AbortSignal): Promise<Answer> =>
    ask({ text, variables }, signal);

  /** Asks for something that answers with an export. */
  async function change(text: string, variables: Fields, field: string): Promise<Export | null> {
    const { export: wire } = take(await question(text, variables), field);
    return wire == null ? null : toExport(toFields(wire));
  }

  async function get(locator: Locator, options?: GetOptions): Promise<Export> {
    const [answer] = await getMany([locator], options);
    if (answer instanceof WaybillError) throw answer;
    return answer as Export;
  }

  async function getMany(
    locators: readonly Locator[],
    { maxAgeMs = 0, signal }: GetOptions = {},
  ): Promise<readonly (Export | WaybillError)[]> {
    const answers: (Export | WaybillError)[] = [];
    const good: { readonly input: ExportLocator; readonly index: number }[] = [];
    for (const [index, locator] of locators.entries()) {
      try {
        good.push({ input: toInput(locator), index });
      } catch (error) {
        answers[index] = toWaybillError(error);
      }
    }
    const asked: Promise<void>[] = [];
    while (good.length > 0) asked.push(readPart(good.splice(0, QUESTION_SIZE)));
    await Promise.all(asked);
    return answers;

    async function readPart(part: typeof good): Promise<void> {
      const variables = { locators: part.map(({ input }) => input), maxAgeMs };
      const { data, errors } = await question(WaybillExports, variables, signal);
      const wires = toFields(data.exports);
      for (const [place, { index }] of part.entries()) {
        const wire = wires[place];
        answers[index] = wire == null ? toErrorAt(errors, place) : toExport(toFields(wire));
      }
    }
  }

  async function recent({ first, after, signal, ...filter }: RecentOptions = {}): Promise<RecentExports> {
    const answer = await question(WaybillRecent, { first, after, filter }, signal);
    const { nodes, pageInfo, unavailable } = take(answer, 'recentExports');
    const { endCursor = null, hasNextPage } = toFields(pageInfo);
    return {
      exports: toList(nodes).map((wire) => toExport(wire)),
      endCursor: endCursor as string | null,
      hasNextPage: hasNextPage === true,
      unavailable: toList(unavailable).map(toAccountProblem),
    };
  }

  /** Shared by all sets with the same filter. */
  function followFilter(filter: Filter): ExportSet {
    const key = JSON.stringify(filter);
    const shared = tracked.get(key) ?? {
      feed: followTracked(link, { ...filter }, clock),
      users: 0,
      cancel() {},
    };
    const { feed } = shared;
    tracked.set(key, shared);
    shared.cancel();
    shared.users += 1;
    let isClosed = false;

    return toSet(feed, {
      add() {},
      remove() {},
      retry() {
        link.reopen();
        feed.retry();
      },
      close() {
        if (isClosed) return;
        isClosed = true;
        shared.users -= 1;
        if (shared.users > 0) return;
        // Whoever comes back at once finds it as it was.
        shared.cancel = clock.setTimer(RELEASE_MS, () => {
          tracked.delete(key);
          feed.close();
        });
      },
    });
  }

  /** Follows one export; whoever comes late is told first how it stands. */
  function join(own: Feeds, input: ExportLocator, listener: FeedListener): () => void {
    const [feed, stop] = own.follow(input, listener);
    const { state, cursor } = feed;
    if (state !== undefined) {
      const base = { cursor, at: new Date(clock.now()), exportId: state.id, export: state };
      listener.onEvent({ ...base, __typename: 'ExportSnapshot', isReplayGap: false });
    }
    if (feed.isOver) listener.onEnd(feed.error, false);
    return stop;
  }

  function watch(
    locator: Locator | readonly Locator[],
    { after, signal }: WatchOptions = {},
  ): AsyncIterable<ExportEvent> {
    const list = Array.isArray(locator) ? (locator as readonly Locator[]) : [locator as Locator];
    const inputs = [...new Map(list.map(toInput).map((input) => [toKey(input), input])).values()];
    return toEvents((listener) => {
      // Behind a cursor of its own nobody else is.
      const own = after === undefined ? feeds : createFeeds(link, clock, after);
      if (inputs.length === 0) listener.onEnd(null);
      const watched = toWatched(inputs.length, listener);
      const stops = inputs.map((input) => join(own, input, watched));
      return () => {
        for (const stop of stops) stop();
        if (own !== feeds) own.close();
      };
    }, signal);
  }

  return {
    connection,
    get,
    getMany,
    recent,

    watch,

    follow: (what) =>
      'tracked' in what ? followFilter(what.tracked) : followLocators(feeds, what, link.reopen),

    done: (locator, { timeoutMs, signal, onProgress } = {}) =>
      withDeadline(clock, timeoutMs, signal, async (inner) => {
        let last: Export | undefined;
        for await (const event of watch(locator, { signal: inner })) {
          if (event.__typename === 'ExportWatchFailed')
            throw new WaybillError(event.message, { code: event.code });
          const { export: now } = event;
          if (now === null || now === last) continue;
          last = now;
          if (!now.isTerminal) onProgress?.(now);
        }
        return last as Export;
      }),

    async start(order, { label, idempotencyKey } = {}) {
      const input = { order, label, idempotencyKey };
      const { export: started, isExisting } = take(await question(WaybillStart, { input }), 'startExport');
      return { ...toExport(toFields(started)), isExisting: isExisting === true };
    },

    async cancel(locator) {
      return (await change(WaybillCancel, { locator: toInput(locator) }, 'cancelExport')) as Export;
    },

    async track(locator, { label } = {}) {
      const input = toInput(locator);
      // Where it is tracked, and could not be read, the reason comes from reading it.
      return (
        (await change(WaybillTrack, { locator: input, label }, 'trackExport')) ??
        get(input, { maxAgeMs: LATEST_MS })
      );
    },

    async untrack(locator) {
      await change(WaybillUntrack, { locator: toInput(locator) }, 'untrackExport');
    },

    async fileUrl(of, index = 0) {
      const file = (Object(of) as Partial<Export>).files?.[index];
      if (file !== undefined && Number(file.urlExpiresAt) - clock.now() > LINK_MS) return new URL(file.url);
      const { files, isTerminal } = await get(of as Locator, { maxAgeMs: LATEST_MS });
      const found = files?.[index];
      if (found !== undefined) return new URL(found.url);
      throw new WaybillError(isTerminal ? 'The export has no such file.' : 'The export has not ended yet.', {
        code: 'NO_FILE',
        retryable: !isTerminal,
      });
    },

    async accounts() {
      return toList(take(await question(WaybillAccounts, {}), 'accounts')).map(toAccount);
    },

    async vendors() {
      return take(await question(WaybillVendors, {}), 'vendors') as unknown as readonly Vendor[];
    },

    async [Symbol.asyncDispose]() {
      link.close(new WaybillError('The client was closed.', { code: 'CLOSED' }));
      feeds.close();
      for (const { feed, cancel } of tracked.values()) {
        cancel();
        feed.close();
      }
    },
  };
}
