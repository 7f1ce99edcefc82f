import { toStatusText } from './display/event-line.ts';
import { toTerminalText } from './display/terminal-text.ts';
import type { ChangedExportFragment } from './generated/operations.ts';
import { toLocatorText } from './locator-argument.ts';

/**
 * An export as one line: `hi@hi-energy:4213  QUEUED  Advertisers`, its label in place of its name where it has one.
 *
 * Fields are divided by two blanks, which none of them holds. The first one names the export in other commands.
 */
export function toExportLine(changed: ChangedExportFragment): string {
  const status = toStatusText({ ...changed, unreadable: null });
  return toLine([toLocatorText(changed.id), status, toNameText(changed)]);
}

/** Its label in place of its name where it has one; empty where it has neither. */
export function toNameText({ name, tracking }: Pick<ChangedExportFragment, 'name' | 'tracking'>): string {
  return toTerminalText(tracking?.label ?? name ?? '');
}

/** Fields of a line, those left out that are empty. */
export function toLine(fields: readonly string[]): string {
  return `${fields.filter((field) => field !== '').join('  ')}\n`;
}

/** An export as programs are given it: the keys of a webhook's `data`, as far as they were asked for. */
export function toExportFields({ vendor, account, tracking, progress, ...changed }: ChangedExportFragment) {
  return {
    ...changed,
    vendor: vendor.key,
    account: account.key,
    label: tracking?.label ?? null,
    progress,
    locator: toLocatorText(changed.id),
  };
}

/** What to call it in a sentence. */
export function toTitle(changed: ChangedExportFragment): string {
  return toNameText(changed) || toLocatorText(changed.id);
}
