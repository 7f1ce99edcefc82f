import type {
  ExportOutcome,
  ExportStatus,
  VendorErrorCode,
  WatchedExportFragment,
} from './generated/operations.ts';

/** Where one of the watched exports stands, as far as the command has been told. All text is safe for a terminal. */
export interface ExportRow {
  /** The vendor's name for it, or the locator where it has none. */
  readonly name: string;
  /** The vendor's key; empty while it is not known. */
  readonly vendor: string;
  /** Undefined before the first answer. */
  readonly status: ExportStatus | undefined;
  readonly outcome: ExportOutcome | null;
  /** Why it failed, one sentence; empty where it did not. */
  readonly failure: string;
  readonly progress: WatchedExportFragment['progress'];
  /** When the vendor will be asked again, epoch milliseconds on this machine's clock. */
  readonly nextPollAt: number | null;
  /** Set while the vendor cannot be read. */
  readonly interruption: { readonly code: VendorErrorCode; readonly retryAt: number | null } | null;
  /** Set while nothing changes for longer than usual: the last change, epoch milliseconds on this machine's clock. */
  readonly stalledSince: number | null;
  /** Set where the export cannot be read, for good. */
  readonly unreadable: { readonly code: VendorErrorCode; readonly message: string } | null;
}

/** True once nothing more will be told of it. */
export function hasEnded({ status, unreadable }: Pick<ExportRow, 'status' | 'unreadable'>): boolean {
  return unreadable !== null || (status !== undefined && TERMINAL.has(status));
}

const TERMINAL: ReadonlySet<ExportStatus> = new Set<ExportStatus>([
  'SUCCEEDED',
  'FAILED',
  'CANCELED',
  'EXPIRED',
]);

/** True for one that has ended as it was meant to, an empty or partial result included. */
export function hasSucceeded({ status, unreadable }: ExportRow): boolean {
  return unreadable === null && status === 'SUCCEEDED';
}

/** `40%` or `3/7`; empty where the vendor gives no progress. Rounded down: 100% is said when it is. */
export function toProgressText(progress: ExportRow['progress']): string {
  if (progress === null) return '';
  const { percent, completedParts, totalParts } = progress;
  if (percent !== null) return `${Math.floor(percent)}%`;
  return completedParts === null || totalParts === null ? '' : `${completedParts}/${totalParts}`;
}

/** How an export ended badly, as one sentence; undefined for one that did not. */
export function toEndProblem(row: ExportRow): string | undefined {
  if (row.unreadable !== null) return `${row.name} cannot be read: ${row.unreadable.message}`;
  switch (row.status) {
    case 'FAILED':
      return `${row.name} failed: ${row.failure === '' ? 'the vendor gives no reason.' : row.failure}`;
    case 'CANCELED':
      return `${row.name} was canceled.`;
    case 'EXPIRED':
      return `${row.name} is gone: the vendor no longer has it.`;
    default:
      return undefined;
  }
}
