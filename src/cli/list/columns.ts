import { toNameText } from '../changed-export.ts';
import { toStatusText } from '../display/event-line.ts';
import { toAgeText } from '../display/measures.ts';
import { toStatusStyle } from '../display/paint.ts';
import type { Column, Field } from '../display/table.ts';
import { toTerminalText } from '../display/terminal-text.ts';
import type { ListedExportFragment } from '../generated/operations.ts';
import { toLocatorText } from '../locator-argument.ts';

type Listed = ListedExportFragment;

/** `RUNNING 40%`, `SUCCEEDED PARTIAL`. */
export function toStatus(row: Listed): string {
  return toStatusText({ ...row, unreadable: null });
}

const STATUS = {
  text: toStatus,
  style: ({ status }: Listed) => toStatusStyle(status),
};
const LOCATOR = { text: ({ id }: Listed) => toLocatorText(id) };

/**
 * What a list says of an export to people. Its locator is whole whatever the terminal's width, since other commands are given it; it
 * holds the account and the vendor.
 */
export function toListColumns(now: number): readonly Column<Listed>[] {
  return [
    { title: 'STATUS', ...STATUS, least: 9 },
    { title: 'NAME', text: toNameText, least: 16 },
    {
      title: 'CREATED',
      text: ({ createdAt }) => (createdAt === null ? '' : `${toAgeText(now - Date.parse(createdAt))} ago`),
      dropped: 1,
    },
    { title: 'LOCATOR', ...LOCATOR, style: () => 'gray', isWhole: true },
  ];
}

/** The same for programs. The first one names the export in other commands. */
export const LIST_FIELDS: readonly Field<Listed>[] = [
  LOCATOR,
  STATUS,
  { text: toNameText },
  { text: ({ createdAt }) => createdAt ?? '' },
  { text: ({ vendor }) => toTerminalText(vendor.key) },
  { text: ({ account }) => toTerminalText(account.key) },
];
