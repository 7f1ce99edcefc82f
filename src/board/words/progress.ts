/** How far an export is, and how long it will probably take. */
import type { Export } from '@waybill/client';
import { toDuration } from '../time.ts';

const MINUTE_MS = 60_000;

/** 0 to 100; null where neither a percentage nor parts are told. */
export function percentOf({ percent, parts }: Pick<Export, 'percent' | 'parts'>): number | null {
  if (percent !== null) return percent;
  if (parts?.completed == null || parts.total == null || parts.total === 0) return null;
  return (parts.completed / parts.total) * 100;
}

/** `40%`, `40% · 2/5 parts`; empty where nothing is told. */
export function progressText(shown: Pick<Export, 'percent' | 'parts'>): string {
  const percent = percentOf(shown);
  if (percent === null) return '';
  // Rounded down: 100% is said when it is.
  const text = `${Math.floor(percent)}%`;
  const { completed, total } = shown.parts ?? { completed: null, total: null };
  return completed === null || total === null ? text : `${text} · ${completed}/${total} parts`;
}

/** When it will probably end; empty where that is not known, or an estimate has passed: that one says nothing. */
export function leftText(shown: Pick<Export, 'estimate' | 'isTerminal' | 'isStale'>, now: number): string {
  const { estimate, isTerminal, isStale } = shown;
  if (estimate === null || isTerminal || isStale) return '';
  const leftMs = estimate.finishAt.getTime() - now;
  if (leftMs <= 0) return '';
  // To whole minutes, so that no more is promised than is known.
  const rounded = Math.ceil(leftMs / MINUTE_MS) * MINUTE_MS;
  return leftMs < MINUTE_MS ? 'less than a minute left' : `about ${toDuration(rounded)} left`;
}
