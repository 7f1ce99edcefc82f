import type { Backplane, BackplaneListener, LogEntry, OwnedExport } from '../../../src/export/backplane.ts';
import type { ExportFact } from '../../../src/export/events.ts';
import { startWatch, type WatchedState } from '../../../src/export/transitions.ts';

export interface BackplaneUnderTest {
  /** Opens one process's way to the backplane; all of one test share what is behind it. */
  connect(): Promise<Backplane>;
  /** Lets this much time pass for the backplane, in milliseconds. */
  pass(ms: number): Promise<void>;
  /** Resolves when all that has happened has been told. */
  settle(): Promise<void>;
  /** The process that this way belongs to dies, without a word; resolves when the backplane has found out, within 3 seconds of its own time. */
  kill(backplane: Backplane): Promise<void>;
  close(): Promise<void>;
}

/** Something that happened. */
export const PROGRESS: ExportFact = {
  type: 'ExportProgressed',
  progress: { percent: 5, completedParts: null, totalParts: null },
};

/** A process with its node, and what that was told. */
export async function connect(under: Pick<BackplaneUnderTest, 'connect'>) {
  const backplane = await under.connect();
  const entries: { topic: string; entry: LogEntry }[] = [];
  const wanted: { account: string; fence: number; exports: readonly OwnedExport[] }[] = [];
  const unwanted: { account: string; topics: readonly string[] }[] = [];
  const nudged: { account: string; topics: readonly string[] }[] = [];
  /** How many entries it had been told at each. */
  const resets: number[] = [];
  const reachable: boolean[] = [];
  const listener: BackplaneListener = {
    onEntry: (topic, entry) => entries.push({ topic, entry }),
    onWanted: (account, fence, exports) => wanted.push({ account, fence, exports }),
    onUnwanted: (account, topics) => unwanted.push({ account, topics }),
    onNudged: (account, topics) => nudged.push({ account, topics }),
    onReset: () => resets.push(entries.length),
    onReachable: (isReachable) => reachable.push(isReachable),
  };
  const node = await backplane.connect(listener);
  return { backplane, node, entries, wanted, unwanted, nudged, resets, reachable };
}
export type Process = Awaited<ReturnType<typeof connect>>;

/** Joins topics of an account. */
export function join({ node }: Process, topics: readonly string[], account = 'acme/desk') {
  return node.join(account, topics.map(toWanted));
}

/** Joins a topic as the owner of its account, and writes to it. */
export async function own(process: Process, topic: string, account = 'acme/desk') {
  const { fence, exports } = await join(process, [topic], account);
  if (fence === null) throw new Error('not owned');
  return write(process, topic, fence, exports[0]?.version ?? 0, account);
}

/** Writes to a topic under a fence. */
export function write(process: Process, topic: string, fence: number, from: number, account = 'acme/desk') {
  let version = from;
  return {
    fence,
    commit: async (facts: readonly ExportFact[], state: WatchedState = startWatch(1)) => {
      const commits = [{ topic, version, state, facts, at: 99 }];
      const results = await process.backplane.commit({ account, fence, commits });
      if (results === 'fenced') return results;
      const [result] = results;
      if (typeof result === 'number') version = result;
      return result;
    },
  };
}

/** A topic as nodes name it to each other. */
export function toWanted(topic: string) {
  return { topic, key: { id: topic, vendor: 'talkdesk', account: 'desk', ids: { jobId: topic } } } as const;
}
