import type * as z from 'zod';
import type { ErrorRow, ErrorRules, WaitRule } from '../declaration.ts';
import type { errorsSchema } from '../schema/errors.ts';
import { toConditions, toPointers } from './values.ts';

type RawErrors = z.output<ReturnType<typeof errorsSchema>>;
type RawThrottled = Extract<RawErrors['throttled'], readonly unknown[]>[number];
type RawWait = NonNullable<RawThrottled['wait']>;

export function toErrors(raw: RawErrors): ErrorRules {
  const { throttled } = raw;
  const rows = Array.isArray(throttled) ? throttled : throttled.when;
  const wait = Array.isArray(throttled) ? [] : throttled.wait;
  return {
    code: raw.code === undefined ? [] : toPointers(raw.code),
    message: raw.message === undefined ? [] : toPointers(raw.message),
    expired: raw.expired.map((row) => toRow(row)),
    throttled: rows.map((row) => toRow(row, row.wait ?? wait)),
    notFound: raw.notFound.map((row) => ({ ...toRow(row), ...(row.namesId ? { namesId: true } : {}) })),
    conflict: raw.conflict.map((row) => toRow(row)),
    forbidden: raw.forbidden.map((row) => toRow(row)),
    unauthenticated: raw.unauthenticated.map((row) => toRow(row)),
    unavailable: raw.unavailable.map((row) => toRow(row)),
  };
}

/** @param wait - how long to wait then; only of `throttled` */
export function toRow({ status, code, message, where }: RawThrottled, wait: RawWait = []): ErrorRow {
  return {
    status: status ?? null,
    code: code === undefined ? null : String(code),
    message: message ?? null,
    where: where === undefined ? [] : toConditions(where),
    wait: wait.map(toWait),
  };
}

function toWait({ header, at, as = 'seconds', default: seconds }: RawWait[number]): WaitRule {
  // Without a word, a header may also hold an HTTP date.
  if (header !== undefined) return { header, as: as === 'seconds' ? null : as };
  if (at !== undefined) return { at: toPointers(at), as };
  return { defaultMs: Math.round((seconds ?? 0) * 1_000) };
}
