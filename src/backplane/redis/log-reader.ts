import type { Redis } from '../../redis/connection.ts';
import { prefixOf } from './partition.ts';

/** How long one read waits for something new, in milliseconds. */
const BLOCK_MS = 200;
/** Where a read may not wait, as often it is tried. */
const PAUSE_MS = 50;
/** After a read that failed. */
const RETRY_MS = 200;
const MAX_RECORDS = 1_000;

/** One record of a partition's log: its fields by their names. */
export type LogRecord = ReadonlyMap<string, Buffer>;

export interface LogReaderSettings {
  /** A connection of its own. */
  readonly redis: Redis;
  /** Called for one partition's records in order, each time when the last call is done. */
  readonly onRecord: (sequence: number, record: LogRecord) => Promise<void> | undefined;
}

/** Reads the logs of some partitions, each from where it began on. Its places are its own: every node is told everything. */
export class LogReader {
  private readonly settings: LogReaderSettings;
  /** The last place that was read, and told. */
  private readonly places = new Map<string, number>();
  private isClosed = false;
  private isRunning = false;

  constructor(settings: LogReaderSettings) {
    this.settings = settings;
  }

  /** From this place on, where the partition is not read already. */
  start(partition: string, after: number): void {
    if (this.places.has(partition) || this.isClosed) return;
    this.places.set(partition, after);
    if (this.isRunning) return;
    this.isRunning = true;
    void this.run();
  }

  /** Up to where a partition has been told; null where it is not read. */
  placeOf(partition: string): number | null {
    return this.places.get(partition) ?? null;
  }

  /** What is before this place has been told otherwise. */
  skipTo(partition: string, place: number): void {
    if ((this.places.get(partition) ?? place) < place) this.places.set(partition, place);
  }

  close(): void {
    this.isClosed = true;
    this.settings.redis.close();
  }

  private async run(): Promise<void> {
    const { redis } = this.settings;
    while (!this.isClosed) {
      try {
        if (redis.mayBlock) await this.read([...this.places.keys()], BLOCK_MS);
        else {
          await Promise.all([...this.places.keys()].map((partition) => this.read([partition], null)));
          await redis.pause(PAUSE_MS);
        }
      } catch {
        // Whoever beats knows that the store is away; what was written meanwhile is read when it is back.
        if (!this.isClosed) await redis.pause(RETRY_MS);
      }
    }
  }

  private async read(partitions: readonly string[], blockMs: number | null): Promise<void> {
    const keys = partitions.map((partition) => `${prefixOf(partition)}log`);
    const places = partitions.map((partition) => `${this.places.get(partition) ?? 0}-0`);
    const block = blockMs === null ? [] : ['BLOCK', String(blockMs)];
    const args = ['XREAD', 'COUNT', String(MAX_RECORDS), ...block, 'STREAMS', ...keys, ...places];
    const answer = await this.settings.redis.command(keys[0] ?? '', args, (blockMs ?? 0) + 1_000);
    if (!Array.isArray(answer)) return;
    await Promise.all(
      answer.map(([key, records]) => this.tell(String(key), records as [Buffer, Buffer[]][])),
    );
  }

  private async tell(key: string, records: readonly [Buffer, readonly Buffer[]][]): Promise<void> {
    const partition = key.slice(key.indexOf('{') + 1, key.indexOf('}'));
    for (const [id, fields] of records) {
      const sequence = Number.parseInt(id.toString(), 10);
      // It was put further ahead meanwhile, or is read no longer.
      if (this.isClosed || sequence <= (this.places.get(partition) ?? Number.POSITIVE_INFINITY)) continue;
      const record = new Map<string, Buffer>();
      for (let index = 0; index + 1 < fields.length; index += 2)
        record.set(String(fields[index]), fields[index + 1] as Buffer);
      const told = this.settings.onRecord(sequence, record);
      if (told !== undefined) await told;
      this.places.set(partition, sequence);
    }
  }
}
