import type { RedisArgument, RedisScript, RedisScripts } from '../../redis/connection.ts';
import { prefixOf } from './partition.ts';

/** What a script answered. */
export interface Answer {
  /** The log's last place then. */
  readonly head: number;
  /** Nothing before this place is known. */
  readonly base: number;
  /** The server's clock, epoch milliseconds. */
  readonly now: number;
  readonly rest: readonly unknown[];
}

interface Partition {
  base: number | null;
  /** The last place that this process knows of. */
  heard: number;
}

export interface PartitionCallsSettings {
  readonly scripts: RedisScripts;
  /** See `RedisBackplaneOptions`. */
  readonly storeNow: (() => number) | undefined;
  /** A partition's log has begun anew. */
  readonly onReset: (partition: string) => void;
}

/** Runs scripts, and finds out from every answer whether a partition's log has begun anew. */
export class PartitionCalls {
  private readonly settings: PartitionCallsSettings;
  private readonly partitions = new Map<string, Partition>();

  constructor(settings: PartitionCallsSettings) {
    this.settings = settings;
  }

  async run(script: RedisScript, partition: string, args: readonly RedisArgument[]): Promise<Answer> {
    const { scripts, storeNow } = this.settings;
    const known = this.find(partition);
    const answer = await scripts.run(script, `${prefixOf(partition)}meta`, [
      storeNow === undefined ? '' : String(storeNow()),
      String(known.heard),
      ...args,
    ]);
    const [base, head, now, ...rest] = answer as [Buffer, Buffer, Buffer, ...unknown[]];
    return this.take(partition, { base: Number(base), head: Number(head), now: Number(now), rest });
  }

  private take(partition: string, answer: Answer): Answer {
    const known = this.find(partition);
    known.heard = Math.max(known.heard, answer.head);
    const wasKnown = known.base;
    known.base = answer.base;
    if (wasKnown !== null && wasKnown !== answer.base) this.settings.onReset(partition);
    return answer;
  }

  private find(partition: string): Partition {
    let known = this.partitions.get(partition);
    if (known === undefined) {
      known = { base: null, heard: 0 };
      this.partitions.set(partition, known);
    }
    return known;
  }
}
