import { toTroubleText } from './display/event-line.ts';
import { toJsonLine } from './display/json.ts';
import { toDurationText } from './display/measures.ts';
import { toStatusStyle } from './display/paint.ts';
import { type Column, type Field, writeTable } from './display/table.ts';
import { toTerminalText } from './display/terminal-text.ts';
import { EXIT } from './exit-codes.ts';
import { askGateway } from './gateway/ask.ts';
import { type JsonOptions, readGatewayAccess } from './gateway-options.ts';
import { AccountsDocument, type AccountsQuery } from './generated/operations.ts';
import type { CommandIo } from './io.ts';

type Account = AccountsQuery['accounts'][number];

/** `waybill accounts`: the accounts one may use, and how well their vendors answer. @returns the exit code @throws CommandError */
export async function accounts(options: JsonOptions, io: CommandIo): Promise<number> {
  const { accounts: rows } = await askGateway({
    access: readGatewayAccess(options, io),
    document: AccountsDocument,
    variables: {},
    io,
  });
  if (options.json === true) for (const account of rows) io.stdout.write(toJsonLine(toFields(account)));
  else writeTable({ columns: toColumns(io.clock.now()), fields: FIELDS, rows }, io.stdout, io);
  if (rows.length === 0) io.stderr.write('There are no accounts for you at this gateway.\n');
  return EXIT.succeeded;
}

/** As programs are given it: flat, as exports are. */
function toFields({ id, key, vendor, health }: Account) {
  return { key, vendor: vendor.key, vendorName: vendor.name, ...health, ...vendor.capabilities, id };
}

const KEY = { text: ({ key }: Account) => toTerminalText(key) };
const VENDOR = { text: ({ vendor }: Account) => toTerminalText(vendor.key) };
const HEALTH = {
  text: ({ health }: Account) => health.state,
  style: ({ health }: Account) => toStatusStyle(health.state),
};
const ABILITIES = { text: toAbilities };

function toColumns(now: number): readonly Column<Account>[] {
  return [
    { title: 'ACCOUNT', ...KEY, least: 12 },
    { title: 'VENDOR', ...VENDOR, least: 10 },
    { title: 'HEALTH', ...HEALTH },
    {
      title: 'LAST ERROR',
      text: ({ health }) => (health.lastError === null ? '' : toTroubleText(health.lastError)),
      dropped: 1,
    },
    { title: 'ASKED AGAIN', text: ({ health }) => toWaitText(health.throttledUntil, now), dropped: 2 },
    { title: 'CAN', ...ABILITIES, dropped: 3 },
  ];
}

const FIELDS: readonly Field<Account>[] = [
  KEY,
  VENDOR,
  HEALTH,
  { text: ({ health }) => health.lastError ?? '' },
  { text: ({ health }) => health.throttledUntil ?? '' },
  ABILITIES,
];

function toWaitText(until: string | null, now: number): string {
  return until === null ? '' : `in ${toDurationText(Date.parse(until) - now)}`;
}

function toAbilities({ vendor }: Account): string {
  const { canList, canStart, canCancel } = vendor.capabilities;
  return [canList && 'list', canStart && 'start', canCancel && 'cancel'].filter(Boolean).join(' ');
}
