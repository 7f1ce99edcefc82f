import type { Redis } from '../../redis/connection.ts';
import type { Log } from '../../runtime/tools.ts';
import { ALL_PARTITIONS, prefixOf } from './partition.ts';
import { checkServer, type ServerFindings } from './server-check.ts';

const PAUSE_MS = 25;

/** Looks at every server that the gateways share, at the start and whenever they are reached again. */
export class ServerWatch {
  private readonly redis: Redis;
  private readonly log: Pick<Log, 'error' | 'warn'>;
  /** What was said last: it is said once. */
  private told = '';

  constructor(redis: Redis, log: Pick<Log, 'error' | 'warn'>) {
    this.redis = redis;
    this.log = log;
  }

  /** What is wrong with the servers; null where they do not answer within this time. Warnings are logged. */
  async first(patienceMs: number): Promise<ServerFindings | null> {
    let isOver = false;
    const over = this.redis.pause(patienceMs).then(() => {
      isOver = true;
      return null;
    });
    const findings = await Promise.race([this.lookUntil(() => isOver), over]);
    if (findings?.faults.length === 0) this.tell(findings);
    return findings;
  }

  /** Says what is wrong with the servers by now. Never rejects. */
  async again(): Promise<void> {
    const findings = await this.look().catch(() => null);
    if (findings !== null) this.tell(findings);
  }

  private async lookUntil(isOver: () => boolean): Promise<ServerFindings | null> {
    while (!isOver()) {
      try {
        return await this.look();
      } catch {
        await this.redis.pause(PAUSE_MS);
      }
    }
    return null;
  }

  /** Of a cluster every part's server is asked, most of them several times. */
  private async look(): Promise<ServerFindings> {
    const partitions = this.redis.mayBlock ? ALL_PARTITIONS.slice(0, 1) : ALL_PARTITIONS;
    const all = await Promise.all(
      partitions.map((partition) =>
        checkServer((...words) => this.redis.command(`${prefixOf(partition)}meta`, words)),
      ),
    );
    return {
      faults: [...new Set(all.flatMap(({ faults }) => faults))],
      warnings: [...new Set(all.flatMap(({ warnings }) => warnings))],
    };
  }

  private tell({ faults, warnings }: ServerFindings): void {
    const text = [...faults, ...warnings].join();
    if (text === this.told) return;
    this.told = text;
    for (const fault of faults) this.log.error({}, fault);
    for (const warning of warnings) this.log.warn({}, warning);
  }
}
