import { type ExportRow, hasEnded, toProgressText } from '../export-row.ts';
import { toBar, toMovingBar } from './bar-text.ts';
import { toDurationText } from './measures.ts';
import { toWidth } from './terminal-text.ts';
import { toTroubleText } from './vendor-trouble.ts';

interface Layout {
  /** The narrowest terminal it is for. */
  readonly from: number;
  readonly name: number;
  readonly vendor: number;
  readonly bar: number;
}

/** Widths in columns; what is left over belongs to the note. */
const LAYOUTS: readonly Layout[] = [
  { from: 120, name: 36, vendor: 9, bar: 24 },
  { from: 100, name: 30, vendor: 0, bar: 16 },
  { from: 76, name: 24, vendor: 0, bar: 12 },
  { from: 0, name: 16, vendor: 0, bar: 6 },
];
const NARROWEST = LAYOUTS[3] as Layout;

/** `CANCELING` and `UNREADABLE` fit. */
const STATUS_WIDTH = 10;
const PERCENT_WIDTH = 5;
const GAP = '  ';

/** One export as a line on a terminal: name, vendor where there is room, status, bar, percentage, note. */
export function toBarRow(row: ExportRow, terminalWidth: number, now: number): string {
  const layout = LAYOUTS.find(({ from }) => terminalWidth >= from) ?? NARROWEST;
  const columns = [
    toWidth(row.name, layout.name),
    ...(layout.vendor === 0 ? [] : [toWidth(row.vendor, layout.vendor)]),
    toWidth(toStatusWord(row), STATUS_WIDTH),
    toRowBar(row, layout.bar, now),
    toWidth(hasEnded(row) ? '' : toProgressText(row.progress), PERCENT_WIDTH),
    toNote(row, now),
  ];
  return toWidth(columns.join(GAP), terminalWidth - 1).trimEnd();
}

function toStatusWord({ status, unreadable }: ExportRow): string {
  return unreadable === null ? (status ?? 'asking …') : 'UNREADABLE';
}

function toRowBar(row: ExportRow, width: number, now: number): string {
  if (hasEnded(row)) return toBar(row.status === 'SUCCEEDED' && row.unreadable === null ? 1 : 0, width);
  const { percent = null, completedParts = null, totalParts = null } = row.progress ?? {};
  if (percent !== null) return toBar(percent / 100, width);
  if (completedParts !== null && totalParts !== null && totalParts > 0)
    return toBar(completedParts / totalParts, width);
  return row.status === 'QUEUED' ? toBar(0, width) : toMovingBar(now, width);
}

/** What else there is to know, the most pressing first. */
function toNote(row: ExportRow, now: number): string {
  const { unreadable, interruption, stalledSince, nextPollAt } = row;
  if (unreadable !== null) return toTroubleText(unreadable.code);
  if (hasEnded(row)) return toEndNote(row);
  if (interruption !== null)
    return `${toTroubleText(interruption.code)}${toAgain(interruption.retryAt, now)}`;
  if (stalledSince !== null) return `no change for ${toDurationText(now - stalledSince)}`;
  return nextPollAt === null || nextPollAt <= now ? '' : `next look in ${toDurationText(nextPollAt - now)}`;
}

function toAgain(retryAt: number | null, now: number): string {
  return retryAt === null || retryAt <= now ? '' : `, again in ${toDurationText(retryAt - now)}`;
}

function toEndNote({ status, outcome, failure }: ExportRow): string {
  if (status === 'EXPIRED') return 'the vendor dropped it';
  if (outcome === 'EMPTY') return 'nothing in it';
  if (outcome === 'PARTIAL') return 'with errors or omissions';
  return failure;
}
