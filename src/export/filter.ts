import type { ExportKey, ExportSnapshot, ExportStatus } from './export.ts';

/** Leaves out of a list what does not fit; null or left out lets everything through. Instants are epoch milliseconds. */
export interface ExportFilter {
  readonly accounts?: readonly string[] | null | undefined;
  readonly vendors?: readonly string[] | null | undefined;
  readonly statuses?: readonly ExportStatus[] | null | undefined;
  readonly isTracked?: boolean | null | undefined;
  /** Part of the name or label, whatever its case. */
  readonly text?: string | null | undefined;
  readonly createdAfter?: number | null | undefined;
  readonly createdBefore?: number | null | undefined;
}

/** What a filter looks at. */
export interface FilterSubject {
  readonly key: ExportKey;
  readonly label: string | null;
  /** Null where the vendor has never been read. */
  readonly snapshot: ExportSnapshot | null;
  readonly isTracked: boolean;
  /** In place of the snapshot's. */
  readonly status?: ExportStatus;
}

/** True where nothing of the filter leaves it out. */
export function passes(subject: FilterSubject, filter: ExportFilter): boolean {
  const { key, label, snapshot, isTracked } = subject;
  const status = subject.status ?? snapshot?.status;
  const createdAt = snapshot?.createdAt ?? null;
  return (
    (filter.accounts?.includes(key.account) ?? true) &&
    (filter.vendors?.includes(key.vendor) ?? true) &&
    (filter.statuses == null || (status !== undefined && filter.statuses.includes(status))) &&
    (filter.isTracked == null || filter.isTracked === isTracked) &&
    (filter.text == null || holds(snapshot?.name, filter.text) || holds(label, filter.text)) &&
    (filter.createdAfter == null || (createdAt !== null && createdAt >= filter.createdAfter)) &&
    (filter.createdBefore == null || (createdAt !== null && createdAt < filter.createdBefore))
  );
}

function holds(text: string | null | undefined, part: string): boolean {
  return text?.toLowerCase().includes(part.toLowerCase()) ?? false;
}
