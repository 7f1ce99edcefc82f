import type { Backplane, Claim } from '../export/backplane.ts';
import type { Tools } from '../runtime/tools.ts';

/** A lease outlives the next poll by this much; longer than a read may take. */
export const LEASE_MARGIN_MS = 45_000;

export interface LeasesSettings {
  readonly backplane: Backplane;
  readonly tools: Tools;
  /** Names this process. */
  readonly holder: string;
  /** True while a watch of that topic is alive here. */
  readonly isWatched: (topic: string) => boolean;
}

/** Which exports this process may ask about. */
export class Leases {
  private readonly settings: LeasesSettings;
  private toRelease: { readonly topic: string; readonly token: number }[] = [];
  private releasing: Promise<void> = Promise.resolve();

  constructor(settings: LeasesSettings) {
    this.settings = settings;
  }

  /** See `Backplane.claim`. */
  claim(topics: readonly string[]): Promise<readonly Claim[]> {
    return this.settings.backplane.claim(topics, this.settings.holder, LEASE_MARGIN_MS);
  }

  /** Gives a lease up; those that are given up in one turn go in one call. */
  release(topic: string, token: number): void {
    this.toRelease.push({ topic, token });
    if (this.toRelease.length === 1) this.releasing = Promise.resolve().then(() => this.giveUp());
  }

  /** Resolves when every lease that was given up is. */
  released(): Promise<void> {
    return this.releasing;
  }

  private async giveUp(): Promise<void> {
    const { backplane, isWatched, tools } = this.settings;
    // A subscriber came back in the meantime: the new watch goes on under the same lease.
    const leases = this.toRelease.filter(({ topic }) => !isWatched(topic));
    this.toRelease = [];
    try {
      if (leases.length > 0) await backplane.release(leases);
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown';
      tools.log.warn({ error: name }, 'leases could not be given up: they will run out');
    }
  }
}
