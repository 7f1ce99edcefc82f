import { LRUCache } from 'lru-cache';
import type { WebAdmitIds } from './types.ts';

/** Runs of one account of which something is remembered; the one unused longest is forgotten first. 10,000 weigh about 2 MB. */
const MAX_RUNS = 10_000;

/** What is known of one run beside its own answers. */
interface KnownRun {
  /** The identity whose list holds it. */
  readonly userIdentityId: string | null;
  /** WebAdMIT has said so; else only a caller has. */
  readonly isConfirmed: boolean;
  /** Its place among all sights of a new run; null where WebAdMIT has never spoken of it. */
  readonly firstSight: number | null;
}

/**
 * What one account has learnt of its runs: under which identity each is listed, since the path of a single run does not say, and which
 * of them WebAdMIT has spoken of.
 *
 * A caller's word about an identity is believed until WebAdMIT's own contradicts it: it costs a list call at worst.
 */
export class RunMemory {
  // Bounded by size, not by number: then nothing is set aside for runs that never come.
  private readonly runs = new LRUCache<string, KnownRun>({ maxSize: MAX_RUNS, sizeCalculation: () => 1 });
  private sights = 0;

  /** Stands for this moment, for `wasSeen`. */
  get moment(): number {
    return this.sights;
  }

  /** A caller has named a run. */
  named({ exportFileId, userIdentityId }: WebAdmitIds): void {
    if (userIdentityId === undefined) return;
    const known = this.runs.get(exportFileId);
    if (known?.isConfirmed || known?.userIdentityId === userIdentityId) return;
    this.runs.set(exportFileId, {
      userIdentityId,
      isConfirmed: false,
      firstSight: known?.firstSight ?? null,
    });
  }

  /** WebAdMIT has spoken of a run. @param userIdentityId - where it stands in the list of this identity, or was started under it */
  saw(exportFileId: string, userIdentityId: string | null = null): void {
    const known = this.runs.get(exportFileId);
    const isConfirmed = userIdentityId !== null || known?.isConfirmed === true;
    const identity = userIdentityId ?? known?.userIdentityId ?? null;
    const isNews =
      known === undefined ||
      known.firstSight === null ||
      known.isConfirmed !== isConfirmed ||
      known.userIdentityId !== identity;
    if (!isNews) return;
    const firstSight = known?.firstSight ?? this.nextSight();
    this.runs.set(exportFileId, { userIdentityId: identity, isConfirmed, firstSight });
  }

  /** Under which identity a run is listed, as far as is known; a caller's own word counts before that of another caller. */
  identityOf({ exportFileId, userIdentityId }: WebAdmitIds): string | undefined {
    const known = this.runs.get(exportFileId);
    if (known?.isConfirmed) return known.userIdentityId ?? undefined;
    return userIdentityId ?? known?.userIdentityId ?? undefined;
  }

  /** True where WebAdMIT had spoken of the run by then. */
  wasSeen(exportFileId: string, moment: number): boolean {
    const firstSight = this.runs.get(exportFileId)?.firstSight ?? null;
    return firstSight !== null && firstSight <= moment;
  }

  private nextSight(): number {
    this.sights += 1;
    return this.sights;
  }
}
