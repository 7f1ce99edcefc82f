import type { LogEntry } from '../../export/backplane.ts';
import { toChunks } from './chunks.ts';
import type { PartitionCalls } from './partition-calls.ts';
import { type LoadedReply, readLoaded } from './replies.ts';
import { LOAD } from './scripts.ts';

/**
 * What is kept of topics of one partition from after a place on, in the order of the log: for one who has been away for so long that the log does
 * not have it any more.
 *
 * @returns and the place up to which that is all
 */
export async function readMissed(
  calls: PartitionCalls,
  partition: string,
  topics: readonly string[],
  after: number,
): Promise<{ readonly missed: readonly { topic: string; entry: LogEntry }[]; readonly place: number }> {
  const missed: { topic: string; entry: LogEntry }[] = [];
  // Also where there is no topic: how far the log is.
  const { head: first } = await calls.run(LOAD, partition, ['']);
  for (const chunk of toChunks(topics)) {
    const { head, base, rest } = await calls.run(LOAD, partition, [String(after), ...chunk]);
    const [replies] = rest as [readonly LoadedReply[]];
    for (const [index, reply] of replies.entries()) {
      for (const entry of readLoaded(reply, { after, head, base })?.entries ?? [])
        missed.push({ topic: chunk[index] ?? '', entry });
    }
  }
  missed.sort((one, other) => one.entry.sequence - other.entry.sequence);
  return { missed: missed.filter(({ entry }) => entry.sequence <= first), place: first };
}
