import { toError, toWaybillError } from './answers.ts';
import type { Clock } from './clock.ts';
import type { WaybillError } from './error.ts';
import { WaybillExports, WaybillRecent } from './generated/documents.ts';
import { type Ask, take } from './http.ts';
import { type Fields, toFields, toList, toText } from './read.ts';
import type { Operation, StreamSink, Transport, TransportHost } from './transport.ts';

const POLL_MS = 4_000;
const MAX_LISTED = 100;

/** One export as it was read last. */
interface Known {
  readonly wire: Fields | null;
  readonly hasFailed: boolean;
}

/** Asks again and again, and tells the differences as events: where neither sockets nor streams get through. */
export function openPolling(ask: Ask, clock: Clock, host: TransportHost): Transport {
  const running = new Set<() => void>();
  let isOver = false;
  let isLive = false;

  function end(): void {
    isOver = true;
    for (const stop of [...running]) stop();
  }

  function lose(error: WaybillError): void {
    if (isOver) return;
    end();
    host.onLost(error);
  }

  return {
    open(operation, sink) {
      const abort = new AbortController();
      const read = operation.name === 'WaybillTracked' ? createListRead(operation) : createRead(operation);
      let cancelTimer = (): void => {};

      async function poll(): Promise<void> {
        try {
          const isComplete = await read(ask, sink, abort.signal);
          if (abort.signal.aborted) return;
          if (!isLive) host.onLive();
          isLive = true;
          if (!isComplete) {
            cancelTimer = clock.setTimer(POLL_MS * (0.75 + clock.random() / 2), () => void poll());
            return;
          }
          stop();
          sink.end(null);
        } catch (error) {
          if (abort.signal.aborted) return;
          const own = toWaybillError(error);
          if (own.retryable || !isLive) return lose(own);
          stop();
          sink.end(own);
        }
      }

      function stop(): void {
        running.delete(stop);
        cancelTimer();
        abort.abort();
      }

      running.add(stop);
      void poll();
      return stop;
    },
    probe() {},
    close: end,
  };
}

/** @returns true where nothing follows */
type Read = (ask: Ask, sink: StreamSink, signal: AbortSignal) => Promise<boolean>;

function createRead({ variables }: Operation): Read {
  const known = new Map<number, Known>();
  return async (ask, sink, signal) => {
    const question = { locators: variables.locators, maxAgeMs: POLL_MS };
    const answer = await ask({ name: 'WaybillExports', text: WaybillExports, variables: question }, signal);
    signal.throwIfAborted();
    const exports = take(answer, 'exports');
    if (!Array.isArray(exports)) return true;
    const isOver = exports.map((wire, index) => {
      const before = known.get(index);
      if (before?.hasFailed === true) return true;
      const error = answer.errors.find(({ path }) => Array.isArray(path) && path[1] === index);
      const { event, now } = wire === null ? toTrouble(error, before) : toNews(toFields(wire), before);
      known.set(index, now);
      if (event !== null) sink.next({ ...event, index, isReplayGap: variables.after != null });
      return now.hasFailed || now.wire?.isTerminal === true;
    });
    return isOver.every(Boolean);
  };
}

function createListRead({ variables }: Operation): Read {
  let known: Map<string, Known> | null = null;
  return async (ask, sink, signal) => {
    const filter = { ...toFields(variables.filter), isTracked: true };
    const question = { first: MAX_LISTED, filter };
    const answer = await ask({ name: 'WaybillRecent', text: WaybillRecent, variables: question }, signal);
    signal.throwIfAborted();
    const { nodes, pageInfo, unavailable } = take(answer, 'recentExports');
    const now = new Map<string, Known>();
    for (const wire of toList(nodes)) {
      const id = toText(wire.id);
      const before = known?.get(id);
      const { event, now: next } = toNews(wire, before);
      now.set(id, next);
      const isNew = before === undefined && known !== null;
      if (event !== null) sink.next({ ...event, ...(isNew ? { __typename: 'ExportTracked' } : {}) });
    }
    const isWhole = toFields(pageInfo).hasNextPage !== true && toList(unavailable).length === 0;
    for (const [id, before] of known ?? []) {
      if (now.has(id)) continue;
      if (isWhole) sink.next({ ...toBase(id), __typename: 'ExportUntracked', export: null });
      else now.set(id, before);
    }
    known = now;
    return false;
  };
}

interface Told {
  readonly event: Fields | null;
  readonly now: Known;
}

function toBase(exportId: unknown): Fields {
  return { cursor: '', at: new Date().toISOString(), exportId };
}

function toNews(wire: Fields, before: Known | undefined): Told {
  const now = { wire, hasFailed: false };
  const last = before?.wire ?? undefined;
  const base = { ...toBase(wire.id), export: wire };
  if (last === undefined) return { event: { ...base, __typename: 'ExportSnapshot' }, now };
  if (wire.status !== last.status) {
    return { event: { ...base, __typename: 'ExportStatusChanged', from: last.status, to: wire.status }, now };
  }
  if (isSame(wire.progress, last.progress)) {
    if (isStale(wire) === isStale(last)) return { event: null, now };
    return {
      event: { ...base, __typename: isStale(wire) ? 'ExportWatchInterrupted' : 'ExportWatchResumed' },
      now,
    };
  }
  return { event: { ...base, __typename: 'ExportProgressed' }, now };
}

/** An export that could not be read this time, or cannot be at all. */
function toTrouble(wire: Fields | undefined, before: Known | undefined): Told {
  const { code, message, retryable } = toError(wire ?? {});
  const base = { ...toBase(before?.wire?.id ?? ''), export: before?.wire ?? null, code, message };
  const now = { wire: before?.wire ?? null, hasFailed: !retryable };
  return { event: { ...base, __typename: retryable ? 'ExportWatchInterrupted' : 'ExportWatchFailed' }, now };
}

function isStale(wire: Fields): boolean {
  return toFields(wire.observation).isStale === true;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
