/** How an export stands or ended, explained: above all why one that finished has no file. */
import type { Export } from '@waybill/client';
import { toInstantText, toWait } from '../time.ts';
import { vendorName } from './vendors.ts';

const RECENTLY_MS = 5 * 60_000;

/** One or two sentences; empty where the status says it all. */
export function explainStanding(shown: Export, now: number): string {
  switch (shown.status) {
    case 'QUEUED':
      return `${vendorName(shown.vendor)} has accepted it and not begun yet.`;
    case 'RUNNING':
      return '';
    case 'CANCELING':
      return `A cancellation was asked for, and ${vendorName(shown.vendor)} has not confirmed it yet. It may still finish.`;
    case 'SUCCEEDED':
      return explainSuccess(shown, now);
    case 'FAILED':
      return '';
    case 'CANCELED':
      return 'Somebody had it canceled before it was done. There is no file.';
    case 'EXPIRED':
      return `${vendorName(shown.vendor)} does not have it any more: the job or its file was deleted, or its time had run out. To have the file, start the export again.`;
    case 'UNKNOWN':
      return `${vendorName(shown.vendor)} says “${shown.rawStatus}”, a word that this gateway does not know. It goes on asking.`;
    default:
      return '';
  }
}

function explainSuccess({ outcome, files, vendor, finishedAt }: Export, now: number): string {
  const name = vendorName(vendor);
  if (outcome === 'EMPTY')
    return 'Nothing matched what was asked for, so there is no file. That is no failure: other filters may find something.';
  const part =
    outcome === 'PARTIAL'
      ? `${name} had errors while it made the file: something may be missing in it. `
      : '';
  if (files === null) return `${part}The file is being looked up.`;
  if (files.length > 0) return part.trim();
  const isFresh = finishedAt !== null && now - finishedAt.getTime() < RECENTLY_MS;
  return isFresh
    ? `${part}${name} says it is done, but names no file yet. It usually does so within a few minutes: look again.`
    : `${part}${name} says it is done, but offers no file for it: most likely the file was removed after its time had run out. To have it, start the export again.`;
}

/** Why a list shows no file of an export that finished; empty where it shows one. */
export function noFileReason({ status, outcome, files }: Export): string {
  if (status !== 'SUCCEEDED' || files === null || files.length > 0) return '';
  return outcome === 'EMPTY' ? 'Nothing matched: no file' : 'The vendor offers no file';
}

/** What can be done about a failure. */
export function explainFailure(shown: Export): { readonly why: string; readonly advice: string } | null {
  const { failure } = shown;
  if (failure === null) return null;
  const waitMs = failure.retryAfterMs ?? 0;
  const wait = waitMs > 0 ? ` The vendor asks to wait ${toWait(waitMs)} before that.` : '';
  const advice = failure.isRetryable
    ? `Starting it again may work.${wait}`
    : 'Starting the same again will most likely fail in the same way: change what is asked for first.';
  const code = failure.code == null || failure.message.includes(failure.code) ? '' : ` (${failure.code})`;
  return { why: `${failure.message}${code}`, advice };
}

/** How long a file can still be had. */
export function fileLife(availableUntil: Date | null | undefined, now: number): string {
  if (availableUntil == null) return '';
  return availableUntil.getTime() <= now
    ? 'The vendor has dropped this file.'
    : `The vendor keeps it until ${toInstantText(availableUntil)}.`;
}

/** Kinds of files that people have a word for; the longest media types are of these. */
const MEDIA: readonly (readonly [RegExp, string])[] = [
  [/spreadsheetml|ms-excel/, 'Excel workbook'],
  [/presentationml|ms-powerpoint/, 'PowerPoint slides'],
  [/wordprocessingml|msword/, 'Word document'],
  [/^application\/pdf/, 'PDF'],
  [/^text\/csv/, 'CSV'],
  [/zip/, 'ZIP archive'],
  [/json/, 'JSON'],
];

/** What kind of file it is; empty where that is not known. */
export function mediaWords(mediaType: string | null): string {
  if (mediaType === null || mediaType === 'application/octet-stream') return '';
  return MEDIA.find(([pattern]) => pattern.test(mediaType))?.[1] ?? mediaType;
}
