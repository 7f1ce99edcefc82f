/** What the peer knows of one export. */
interface WatchedExport {
  subscribers: number;
  /** The last answer of the vendor, as the schema shows it. */
  shown: Promise<ShownExport>;
  timer: NodeJS.Timeout | null;
}

interface ShownExport {
  readonly status: string;
  readonly [field: string]: unknown;
}

interface WireExport {
  readonly id: number;
  readonly display_name: string;
  readonly status: string;
  readonly parameters: object;
  readonly progress: { readonly parts_ready: number; readonly total_parts: number };
  readonly created_at: string;
  readonly updated_at: string;
}

export interface PeerExportsSettings {
  readonly listingUrl: string;
  readonly pollMs: number;
  readonly publish: (exportId: string, event: object) => void;
}

/** One poll loop per export, from its first subscriber to its last. */
export class PeerExports {
  private readonly settings: PeerExportsSettings;
  private readonly watched = new Map<string, WatchedExport>();
  private events = 0;

  constructor(settings: PeerExportsSettings) {
    this.settings = settings;
  }

  /** @returns how to leave again */
  join(exportId: string): () => void {
    const watch = this.watched.get(exportId) ?? this.start(exportId);
    watch.subscribers += 1;
    return () => {
      watch.subscribers -= 1;
      if (watch.subscribers > 0) return;
      if (watch.timer !== null) clearTimeout(watch.timer);
      this.watched.delete(exportId);
    };
  }

  async snapshot(exportId: string): Promise<object> {
    const shown = await this.watched.get(exportId)?.shown;
    return this.toEvent('ExportSnapshot', exportId, { export: shown, isReplayGap: false });
  }

  private start(exportId: string): WatchedExport {
    const watch: WatchedExport = { subscribers: 0, shown: this.read(exportId), timer: null };
    this.watched.set(exportId, watch);
    const poll = async (): Promise<void> => {
      try {
        const before = await watch.shown;
        const after = await this.read(exportId);
        watch.shown = Promise.resolve(after);
        if (after.status !== before.status) {
          const change = { export: after, from: before.status, to: after.status };
          this.settings.publish(exportId, this.toEvent('ExportStatusChanged', exportId, change));
        }
      } catch (error) {
        console.error(error);
      }
      if (this.watched.get(exportId) === watch) watch.timer = setTimeout(poll, this.settings.pollMs);
    };
    watch.timer = setTimeout(poll, this.settings.pollMs);
    return watch;
  }

  private toEvent(type: string, exportId: string, fields: object): object {
    this.events += 1;
    const cursor = this.events.toString(36).padStart(34, '0');
    return { __typename: type, cursor, at: new Date().toISOString(), exportId, ...fields };
  }

  private async read(exportId: string): Promise<ShownExport> {
    const response = await fetch(`${this.settings.listingUrl}/exports/${exportId}`);
    const { export: wire } = (await response.json()) as { readonly export: WireExport };
    return this.toShown(wire);
  }

  private toShown(wire: WireExport): ShownExport {
    const observedAt = new Date();
    return {
      __typename: 'HiEnergyExport',
      id: Buffer.from(`hi-energy:${wire.id}`).toString('base64url'),
      name: wire.display_name,
      status: wire.status === 'processing' ? 'RUNNING' : 'UNKNOWN',
      rawStatus: wire.status,
      isTerminal: false,
      outcome: null,
      failure: null,
      progress: {
        percent: (wire.progress.parts_ready / wire.progress.total_parts) * 100,
        completedParts: wire.progress.parts_ready,
        totalParts: wire.progress.total_parts,
      },
      parameters: wire.parameters,
      createdAt: wire.created_at,
      updatedAt: wire.updated_at,
      files: null,
      observation: {
        observedAt: observedAt.toISOString(),
        nextPollAt: new Date(observedAt.getTime() + this.settings.pollMs).toISOString(),
        isStale: false,
      },
    };
  }
}
