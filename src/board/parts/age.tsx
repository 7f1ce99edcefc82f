/** The one time of an export that is worth a column. */
import type { Export } from '@waybill/client';
import { beganAt, endedAt } from '../filters.ts';
import { toAgo, toDuration, toInstantText, useNow } from '../time.ts';

export function Age({ shown }: { readonly shown: Export }) {
  const now = useNow();
  const told = timeOf(shown);
  if (told === null) return null;
  const age = now - told.at.getTime();
  return (
    <time dateTime={told.at.toISOString()} title={`${told.verb} ${toInstantText(told.at)}`}>
      {shown.isTerminal ? toAgo(age) : `for ${toDuration(age)}`}
    </time>
  );
}

function timeOf(shown: Export): { readonly at: Date; readonly verb: string } | null {
  const [ended, began] = [endedAt(shown), beganAt(shown)];
  if (ended !== null) return { at: ended, verb: 'Ended' };
  // Some vendors tell when a job began and never when it ended.
  if (began !== null) return { at: began, verb: 'Begun' };
  const at = shown.transitions[0]?.at ?? shown.tracking?.trackedAt;
  return at === undefined ? null : { at, verb: 'First seen by this gateway' };
}
