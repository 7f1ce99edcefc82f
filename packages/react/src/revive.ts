import type { Export } from '@waybill/client';

/** The fields that hold instants, by how they are named. */
const INSTANT = /^(at|asOf|finishAtLatest)$|(At|Until|Since)$/;

const revived = new WeakMap<Export, Export>();

/** An export that went through JSON on its way from a server, with instants as `Date` again; any other as it is. */
export function revive(one: Export): Export {
  if (one.asOf instanceof Date) return one;
  const whole = revived.get(one) ?? {
    ...(JSON.parse(JSON.stringify(one), toDate) as Export),
    details: one.details,
  };
  revived.set(one, whole);
  return whole;
}

function toDate(name: string, value: unknown): unknown {
  return typeof value === 'string' && INSTANT.test(name) ? new Date(value) : value;
}
