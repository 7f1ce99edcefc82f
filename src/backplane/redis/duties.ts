import type { BackplaneListener, OwnedExport } from '../../export/backplane.ts';
import { toChunks } from './chunks.ts';
import { partitionOf } from './partition.ts';
import type { PartitionCalls } from './partition-calls.ts';
import { readKey, readStored, type StoredReply } from './replies.ts';
import { OWNED, WANTED } from './scripts.ts';

/** What could not be done is tried again. */
const RETRY_MS = 500;

export interface DutiesSettings {
  readonly nodeId: string;
  readonly calls: PartitionCalls;
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
  readonly listener: Pick<BackplaneListener, 'onWanted'>;
  /** True where the node owns the account, under this fence. */
  readonly isOwned: (identity: string, fence: number) => boolean;
  /** False once nothing need be done for the account any more. */
  readonly isNeeded: (identity: string) => boolean;
}

/** What a node has to ask about for the accounts that it owns. */
export class Duties {
  private readonly settings: DutiesSettings;
  /** What is done for one account is done one after the other. */
  private readonly work = new Map<string, Promise<void>>();

  constructor(settings: DutiesSettings) {
    this.settings = settings;
  }

  get isIdle(): boolean {
    return this.work.size === 0;
  }

  /** It has come to own the account: whatever anybody wants of it is told. */
  take(identity: string, fence: number): void {
    this.inOrder(identity, () => this.tellAll(identity, fence));
  }

  async tellAll(identity: string, fence: number): Promise<void> {
    const partition = partitionOf(identity);
    const { rest } = await this.settings.calls.run(WANTED, partition, [identity]);
    const [names] = rest as [readonly Buffer[]];
    const topics = names.map((name): [string, number] => [name.toString(), 1]);
    await this.tellWanted(identity, fence, topics);
  }

  async tellWanted(
    identity: string,
    fence: number,
    topics: readonly [topic: string, isAsked: number][],
  ): Promise<void> {
    const partition = partitionOf(identity);
    const answers = await Promise.all(
      toChunks(topics).map((chunk) =>
        this.settings.calls.run(OWNED, partition, [
          this.settings.nodeId,
          identity,
          ...chunk.map(([topic]) => topic),
        ]),
      ),
    );
    const replies = answers.flatMap(({ rest }) => rest[0] as readonly [StoredReply, number, number][]);
    const exports: OwnedExport[] = [];
    for (const [index, [stored, isWanted, isWantedElsewhere]] of replies.entries()) {
      const [topic = '', isAsked = 0] = topics[index] ?? [];
      if (isWanted === 0 || stored[4].length === 0) continue;
      exports.push({
        ...{ topic, key: readKey(stored), stored: readStored(stored) },
        ...{ isAsked: isAsked === 1, isWantedElsewhere: isWantedElsewhere === 1 },
      });
    }
    if (exports.length > 0 && this.settings.isOwned(identity, fence))
      this.settings.listener.onWanted(identity, fence, exports);
  }

  /** One after the other for each account; what fails is tried again until it is done or nobody needs it. */
  inOrder(identity: string, task: () => Promise<void>): void {
    const before = this.work.get(identity) ?? Promise.resolve();
    const done = before.then(() => this.untilDone(identity, task));
    this.work.set(identity, done);
    void done.then(() => {
      if (this.work.get(identity) === done) this.work.delete(identity);
    });
  }

  private async untilDone(identity: string, task: () => Promise<void>): Promise<void> {
    while (this.settings.isNeeded(identity)) {
      try {
        await task();
        return;
      } catch {
        await this.settings.pause(RETRY_MS);
      }
    }
  }
}
