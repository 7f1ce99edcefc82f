import type { Clock } from '../runtime/clock.ts';
import { toTerminalText } from './display/terminal-text.ts';
import { type ExportRow, hasEnded } from './export-row.ts';
import type { WatchedEvent } from './gateway/event-stream.ts';
import type { WatchedExportFragment } from './generated/operations.ts';
import type { LocatorArgument } from './locator-argument.ts';

interface Entry {
  /** Undefined for an export that no argument seems to name. */
  readonly argument: LocatorArgument | undefined;
  exportId: string | undefined;
  row: ExportRow;
}

/** What a command knows of the exports it watches: one row per argument, changed by events. */
export class WatchList {
  private readonly clock: Clock;
  private readonly entries: Entry[];
  /** What the gateway's clock shows more than this machine's. */
  private clockSkewMs = 0;

  constructor(locators: readonly LocatorArgument[], clock: Clock) {
    this.clock = clock;
    this.entries = locators.map((argument) => ({
      argument,
      exportId: undefined,
      row: toFirstRow(toTerminalText(argument.text), argument.vendor ?? ''),
    }));
  }

  /** In the order of the arguments. */
  get rows(): readonly ExportRow[] {
    return this.entries.map(({ row }) => row);
  }

  /** True once every export has ended. */
  get isDone(): boolean {
    return this.entries.every(({ row }) => hasEnded(row));
  }

  /** Takes an event in. @returns the row of the export it is about */
  apply(event: WatchedEvent): ExportRow {
    if (event.__typename === 'ExportSnapshot') this.clockSkewMs = Date.parse(event.at) - this.clock.now();
    const found = this.find(event.exportId);
    for (const entry of found) {
      entry.exportId = event.exportId;
      entry.row = this.change(entry.row, event);
    }
    return (found[0] as Entry).row;
  }

  /** The entries an export belongs to; several where it was named twice. */
  private find(exportId: string): readonly Entry[] {
    const named = this.entries.filter(
      (entry) =>
        entry.exportId === exportId || (entry.exportId === undefined && entry.argument?.names(exportId)),
    );
    if (named.length > 0) return named;
    const free = this.entries.filter((entry) => entry.exportId === undefined);
    // With one export left, the event can only be about that; else it is shown as what it calls itself.
    if (free.length === 1) return free;
    const entry = { argument: undefined, exportId, row: toFirstRow(toTerminalText(exportId), '') };
    this.entries.push(entry);
    return [entry];
  }

  private change(row: ExportRow, event: WatchedEvent): ExportRow {
    const known = event.export === null ? row : this.withState(row, event.export);
    switch (event.__typename) {
      case 'ExportWatchInterrupted':
        return { ...known, interruption: { code: event.code, retryAt: this.toLocal(event.retryAt) } };
      case 'ExportWatchFailed':
        return { ...known, unreadable: { code: event.code, message: toTerminalText(event.message) } };
      case 'ExportStalled':
        return { ...known, interruption: null, stalledSince: this.toLocal(event.since) };
      default:
        return { ...known, interruption: null, stalledSince: null };
    }
  }

  private withState(row: ExportRow, state: WatchedExportFragment): ExportRow {
    const name = toTerminalText(state.name ?? '');
    return {
      ...row,
      name: name === '' ? row.name : name,
      vendor: toTerminalText(state.vendor.key),
      status: state.status,
      outcome: state.outcome,
      failure: toTerminalText(state.failure?.message ?? ''),
      progress: state.progress,
      nextPollAt: this.toLocal(state.observation.nextPollAt),
    };
  }

  /** An instant of the gateway's, on this machine's clock. */
  private toLocal(instant: string | null): number | null {
    return instant === null ? null : Date.parse(instant) - this.clockSkewMs;
  }
}

function toFirstRow(name: string, vendor: string): ExportRow {
  return {
    name,
    vendor,
    status: undefined,
    outcome: null,
    failure: '',
    progress: null,
    nextPollAt: null,
    interruption: null,
    stalledSince: null,
    unreadable: null,
  };
}
