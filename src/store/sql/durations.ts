import type { Kysely } from 'kysely';
import type { SeenDuration } from '../../export/store.ts';
import type { VendorId } from '../../export/vendor-id.ts';
import { inChunks } from './runner.ts';
import type { Schema } from './schema.ts';

type Db = Kysely<Schema>;

/** Whose export it is, and where it ran. */
export interface Owner {
  readonly tenant: string;
  readonly id: string;
  readonly vendor: string;
  readonly account: string;
}

/** Remembers how long exports took, each once. */
export async function addDurations(
  db: Db,
  durations: readonly { readonly owner: Owner; readonly kind: string; readonly ms: number }[],
): Promise<void> {
  for (const chunk of inChunks(durations)) {
    await db
      .insertInto('waybill_durations')
      .values(
        chunk.map(({ owner, kind, ms }) => ({
          tenant: owner.tenant,
          export_id: owner.id,
          vendor: owner.vendor,
          account: owner.account,
          kind,
          ms: Math.round(ms),
        })),
      )
      .onConflict((conflict) => conflict.columns(['tenant', 'export_id']).doNothing())
      .execute();
  }
}

/** See `Store.listDurations`. */
export async function listDurations(db: Db, limit: number): Promise<readonly SeenDuration[]> {
  const rows = await db
    .selectFrom('waybill_durations')
    .select(['tenant', 'vendor', 'account', 'kind', 'ms'])
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, vendor: row.vendor as VendorId }));
}
