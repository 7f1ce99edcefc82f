import { toErrorAt } from './answers.ts';
import type { Clock } from './clock.ts';
import { WaybillExports, WaybillRecent, WaybillTracked } from './generated/documents.ts';
import { type Ask, take } from './http.ts';
import { type Fields, toFields, toList, toText } from './read.ts';
import type { RequestStream } from './requests.ts';
import type { Operation } from './transport.ts';

const POLL_MS = 4_000;
const MAX_LISTED = 100;

/** Reads once, and tells what is new. @returns true where nothing follows */
type Read = (ask: (text: string, variables: Fields) => ReturnType<Ask>) => Promise<boolean>;

/** Asks again and again, and tells the differences as events: where neither sockets nor streams get through. */
export async function poll(
  ask: Ask,
  clock: Clock,
  { operation, sink, signal, wait, live }: RequestStream,
): Promise<void> {
  const create = operation.text === WaybillTracked ? createListRead : createRead;
  const read = create(operation, (event) => {
    if (!signal.aborted) sink.next({ cursor: '', at: new Date(clock.now()).toISOString(), ...event });
  });
  for (;;) {
    const isComplete = await read((text, variables) => ask({ text, variables }, signal));
    live();
    if (isComplete) return;
    await new Promise<void>((resolve) => wait(POLL_MS * (0.75 + clock.random() / 2), resolve));
  }
}

function createRead({ variables: { locators, after } }: Operation, tell: (event: Fields) => void): Read {
  /** By their places; null for one that has failed for good. */
  const known: (Fields | null | undefined)[] = [];
  return async (ask) => {
    const answer = await ask(WaybillExports, { locators, maxAgeMs: POLL_MS });
    const wires = toWires(take(answer, 'exports'));
    for (const [place, wire] of wires.entries()) {
      const before = known[place];
      if (before === null) continue;
      const now = wire ?? before;
      const say = (event: Fields): void =>
        tell({ place, isReplayGap: after != null, exportId: now?.id, export: now, ...event });
      known[place] = now;
      if (wire !== null) {
        tellNews(wire, before, say);
        continue;
      }
      const { code, message, retryable } = toErrorAt(answer.errors, place);
      if (retryable) say({ __typename: 'ExportWatchInterrupted', code });
      else {
        known[place] = null;
        say({ __typename: 'ExportWatchFailed', code, message });
      }
    }
    return wires.every((_, place) => known[place] === null || known[place]?.isTerminal === true);
  };
}

function createListRead({ variables }: Operation, tell: (event: Fields) => void): Read {
  let known: Map<string, Fields> | null = null;
  return async (ask) => {
    const filter = { ...toFields(variables.filter), isTracked: true };
    const { nodes, pageInfo, unavailable } = take(
      await ask(WaybillRecent, { first: MAX_LISTED, filter }),
      'recentExports',
    );
    const now = new Map(toList(nodes).map((wire) => [toText(wire.id), wire]));
    for (const [exportId, wire] of now) {
      const before = known?.get(exportId);
      const type = known !== null && before === undefined && { __typename: 'ExportTracked' };
      tellNews(wire, before, (event) => tell({ exportId, ...event, ...type }));
    }
    const isWhole = toFields(pageInfo).hasNextPage !== true && toList(unavailable).length === 0;
    for (const [exportId, wire] of known ?? []) {
      if (now.has(exportId)) continue;
      if (isWhole) tell({ exportId, __typename: 'ExportUntracked' });
      else now.set(exportId, wire);
    }
    known = now;
    return false;
  };
}

function toWires(list: unknown): readonly (Fields | null)[] {
  return Array.isArray(list) ? list : [];
}

/** What has changed since it was read last, as the event that a subscription would tell. */
function tellNews(wire: Fields, before: Fields | undefined, tell: (event: Fields) => void): void {
  const toNews = ({ progress, observation }: Fields): string =>
    JSON.stringify([progress, toFields(observation).isStale]);
  let type = 'ExportSnapshot';
  if (before !== undefined) {
    type = wire.status === before.status ? 'ExportProgressed' : 'ExportStatusChanged';
    if (wire.status === before.status && toNews(wire) === toNews(before)) return;
  }
  tell({ __typename: type, from: before?.status, to: wire.status, export: wire });
}
