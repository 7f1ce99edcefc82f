import type { Export } from '@waybill/client';

/** The fields that hold instants, by how they are named. */
const INSTANT = /^(at|asOf|finishAtLatest)$|(At|Until|Since)$/;

const revived = new WeakMap<Export, Export>();

/** An export that went through JSON on its way from a server, with instants as `Date` again; any other as it is. */
export function revive(one: Export): Export {
  if (one.asOf instanceof Date) return one;
  const known = revived.get(one);
  if (known !== undefined) return known;
  const whole = { ...(reviveFields(one) as Export), details: one.details };
  revived.set(one, whole);
  return whole;
}

function reviveFields(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return INSTANT.test(name) ? new Date(value) : value;
  if (Array.isArray(value)) return value.map((each) => reviveFields(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, reviveFields(field, key)]));
}
