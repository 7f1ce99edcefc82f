import type { ExportFilter, ListedExportFragment } from '../generated/operations.ts';

/** The exports of a list while things happen to them. */
export class LiveList {
  private readonly byId: Map<string, ListedExportFragment>;
  private readonly filter: ExportFilter | undefined;
  private readonly limit: number;

  constructor(exports: readonly ListedExportFragment[], filter: ExportFilter | undefined, limit: number) {
    this.byId = new Map(exports.map((each) => [each.id, each]));
    this.filter = filter;
    this.limit = limit;
  }

  /** The newest first, as the gateway lists them; those without a time last. */
  get rows(): readonly ListedExportFragment[] {
    return [...this.byId.values()].sort(compareAge).slice(0, this.limit);
  }

  /** Takes a change in. One that fits no longer, as of another status, leaves the list. @returns true for one that is new to it */
  apply(changed: ListedExportFragment): boolean {
    const isNew = !this.byId.has(changed.id);
    if (this.filter?.statuses?.includes(changed.status) ?? true) this.byId.set(changed.id, changed);
    else this.byId.delete(changed.id);
    return isNew;
  }

  /** True once all of these have ended, or have left. */
  haveEnded(ids: readonly string[]): boolean {
    return ids.every((id) => this.byId.get(id)?.isTerminal ?? true);
  }
}

function compareAge(left: ListedExportFragment, right: ListedExportFragment): number {
  return toInstant(right) - toInstant(left);
}

function toInstant({ createdAt }: ListedExportFragment): number {
  return createdAt === null ? 0 : Date.parse(createdAt);
}
