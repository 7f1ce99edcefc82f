import type { ExportStatus } from './generated/operations.ts';

/** Every status, in the order of the schema. */
export const EXPORT_STATUSES = [
  'QUEUED',
  'RUNNING',
  'CANCELING',
  'SUCCEEDED',
  'FAILED',
  'CANCELED',
  'EXPIRED',
  'UNKNOWN',
] as const satisfies readonly ExportStatus[];
