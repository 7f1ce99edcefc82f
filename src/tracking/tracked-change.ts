import type { TrackedChange } from '../export/store.ts';

/** Names the export that changed. */
export function toName({ tenant, exportId }: Pick<TrackedChange, 'tenant' | 'exportId'>): string {
  return `${exportId} ${tenant}`;
}

/** Two changes of one export as one: the later state counts, and their webhooks add up. */
export function mergeChanges(earlier: TrackedChange, later: TrackedChange): TrackedChange {
  return {
    ...later,
    duration: later.duration ?? earlier.duration,
    deliveries: [...earlier.deliveries, ...later.deliveries],
  };
}

export function groupByTenant<Item>(
  items: readonly Item[],
  tenantOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const tenant = tenantOf(item);
    const group = groups.get(tenant);
    if (group === undefined) groups.set(tenant, [item]);
    else group.push(item);
  }
  return groups;
}
