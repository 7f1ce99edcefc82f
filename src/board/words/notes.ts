/** What is to be said of an export beside its status, the most pressing first. */
import type { Export } from '@waybill/client';
import { now, toDuration } from '../time.ts';
import { noFileReason } from './outcome.ts';

const TROUBLE: Readonly<Record<string, string>> = {
  VENDOR_RATE_LIMITED: 'The vendor asks us to wait',
  VENDOR_UNAUTHENTICATED: 'The vendor refuses our credential',
  VENDOR_FORBIDDEN: 'The vendor refuses our credential',
  EXPORT_NOT_FOUND: 'The vendor does not know it yet',
  VENDOR_BAD_RESPONSE: 'The vendor’s answer cannot be read',
};

/** Why an old state is shown. */
export function troubleWords(code: string): string {
  return `${Object.hasOwn(TROUBLE, code) ? TROUBLE[code] : 'Vendor not reachable'}, last known state`;
}

export function notesOf(shown: Export): readonly string[] {
  const { failure, isTerminal, trouble, isStale, throttledUntil, stalledSince } = shown;
  if (isTerminal) return [failure?.message ?? noFileReason(shown)].filter(Boolean);
  const notes: string[] = [];
  if (trouble !== null || isStale) notes.push(troubleWords(trouble?.code ?? ''));
  else if (throttledUntil !== null && throttledUntil.getTime() > now())
    notes.push('The vendor asks us to wait');
  if (stalledSince !== null) notes.push(`No change for ${toDuration(now() - stalledSince.getTime())}`);
  return notes;
}
