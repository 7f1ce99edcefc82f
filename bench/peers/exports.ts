import { type Locator, toVendorPath } from '../harness/operations.ts';

/** The vendors' answers in the schema's words, the same for every peer: no more than an export that runs needs. */

export interface ShownExport {
  readonly __typename: string;
  readonly id: string;
  readonly name: string | null;
  readonly status: string;
  readonly rawStatus: string;
  readonly isTerminal: boolean;
  readonly outcome: null;
  readonly failure: null;
  readonly progress: {
    readonly percent: number;
    readonly completedParts: number | null;
    readonly totalParts: number | null;
  } | null;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly files: null;
  readonly observation: { readonly observedAt: string; readonly isStale: boolean };
}

interface PowerBiWire {
  readonly reportName: string;
  readonly status: string;
  readonly percentComplete: number;
  readonly createdDateTime: string;
  readonly lastActionDateTime: string;
}

interface HiEnergyWire {
  readonly export: {
    readonly display_name: string;
    readonly status: string;
    readonly progress: { readonly parts_ready: number; readonly total_parts: number };
    readonly created_at: string;
    readonly updated_at: string;
  };
}

interface TalkdeskWire {
  readonly job: { readonly name: string; readonly status: string; readonly created_at: string };
}

interface WebAdmitWire {
  readonly export_files: { readonly status: string };
}

const STATUS: Readonly<Record<string, string>> = {
  Running: 'RUNNING',
  processing: 'RUNNING',
  'In Progress': 'RUNNING',
};

export function toShownExport(locator: Locator, wire: unknown): ShownExport {
  const id = Buffer.from(toVendorPath(locator)).toString('base64url');
  if ('powerBi' in locator) {
    const { reportName, status, percentComplete, createdDateTime, lastActionDateTime } = wire as PowerBiWire;
    const progress = { percent: percentComplete, completedParts: null, totalParts: null };
    const times = { createdAt: toInstant(createdDateTime), updatedAt: toInstant(lastActionDateTime) };
    return show('PowerBiExport', id, reportName, status, progress, times);
  }
  if ('hiEnergy' in locator) {
    const { display_name, status, progress, created_at, updated_at } = (wire as HiEnergyWire).export;
    const { parts_ready, total_parts } = progress;
    const percent = Math.floor((100 * parts_ready) / total_parts);
    const times = { createdAt: toInstant(created_at), updatedAt: toInstant(updated_at) };
    const shown = { percent, completedParts: parts_ready, totalParts: total_parts };
    return show('HiEnergyExport', id, display_name, status, shown, times);
  }
  if ('talkdesk' in locator) {
    const { name, status, created_at } = (wire as TalkdeskWire).job;
    return show('TalkdeskExport', id, name, status, null, {
      createdAt: toInstant(created_at),
      updatedAt: null,
    });
  }
  const { status } = (wire as WebAdmitWire).export_files;
  return show('WebAdmitExport', id, null, status, null, { createdAt: null, updatedAt: null });
}

function show(
  __typename: string,
  id: string,
  name: string | null,
  rawStatus: string,
  progress: ShownExport['progress'],
  { createdAt, updatedAt }: Pick<ShownExport, 'createdAt' | 'updatedAt'>,
): ShownExport {
  return {
    __typename,
    id,
    name,
    status: STATUS[rawStatus] ?? 'UNKNOWN',
    rawStatus,
    isTerminal: false,
    outcome: null,
    failure: null,
    progress,
    createdAt,
    updatedAt,
    files: null,
    observation: { observedAt: new Date().toISOString(), isStale: false },
  };
}

function toInstant(text: string): string {
  return new Date(text).toISOString();
}
