import type { Clock } from '../../runtime/clock.ts';
import type { ClockOffset } from '../shared-clock.ts';
import { ALL_PARTITIONS, EVERYONE } from './partition.ts';
import type { PartitionCalls } from './partition-calls.ts';
import { REAP, ROLL, UNROLL } from './scripts.ts';

/** What gateways say of themselves to each other: names and digests, no values. */
export type NodeRecord = Readonly<Record<string, string>>;

export interface RollCallSettings {
  readonly nodeId: string;
  readonly calls: PartitionCalls;
  readonly clock: Clock;
  /** Told each time what the server's clock says. */
  readonly clockOffset: ClockOffset;
  /** What the others are told of this gateway. */
  readonly record: () => NodeRecord;
  /** Called each time with the records of all gateways alive, this one's among them. */
  readonly onRecords: ((records: ReadonlyMap<string, NodeRecord>) => void) | undefined;
}

/** Which gateways are alive, whatever they have to do with each other. */
export class RollCall {
  /** How many, as last heard. */
  alive = 1;
  private readonly settings: RollCallSettings;

  constructor(settings: RollCallSettings) {
    this.settings = settings;
  }

  /** Says that this one lives. What those had that are found dead goes to others at once. */
  async answer(): Promise<void> {
    const { nodeId, calls, clock, clockOffset, record, onRecords } = this.settings;
    const sentAt = clock.now();
    const { now, rest } = await calls.run(ROLL, EVERYONE, [nodeId, JSON.stringify(record())]);
    clockOffset.note(now, sentAt, clock.now());
    const [alive, dead] = rest as [readonly [Buffer, Buffer][], readonly Buffer[]];
    this.alive = alive.length;
    onRecords?.(new Map(alive.map(([node, text]) => [node.toString(), JSON.parse(text.toString())])));
    if (dead.length === 0) return;
    await Promise.all(ALL_PARTITIONS.map((partition) => calls.run(REAP, partition, dead)));
  }

  async leave(): Promise<void> {
    await this.settings.calls.run(UNROLL, EVERYONE, [this.settings.nodeId]);
  }
}
