import { toNameText } from './changed-export.ts';
import { CommandError } from './command-error.ts';
import { isTerminal } from './display/display.ts';
import { toStatusText } from './display/event-line.ts';
import { EXIT } from './exit-codes.ts';
import type { GatewayAccess } from './gateway/address.ts';
import type { ListedExportFragment } from './generated/operations.ts';
import type { CommandIo } from './io.ts';
import { readList } from './list/list.ts';
import { type LocatorArgument, toLocatorArgument, toLocatorText } from './locator-argument.ts';

/** As many as one subscription takes. */
const LIMIT = 100;

export interface PickOptions {
  readonly access: GatewayAccess;
  readonly io: CommandIo;
  /** True where a program reads what comes: nobody is asked. */
  readonly isJson: boolean;
  readonly signal: AbortSignal;
}

/**
 * The exports to follow where none was named: those of what moves that a person picks, or all of them where there is nobody to ask.
 *
 * @returns none where nothing moves, after saying so
 * @throws CommandError
 */
export async function pickMoving(options: PickOptions): Promise<readonly LocatorArgument[]> {
  const { access, io, isJson } = options;
  const filter = { statuses: ['QUEUED' as const, 'RUNNING' as const, 'CANCELING' as const] };
  const { exports, hasMore } = await readList({ access, filter, limit: LIMIT, io });
  if (exports.length === 0) io.stderr.write('Nothing moves now. `waybill list` shows what has ended.\n');
  if (hasMore) io.stderr.write(`More than ${LIMIT} exports move: these are the newest.\n`);
  const isAsking = exports.length > 1 && !isJson && isInteractive(io);
  const ids = isAsking ? await ask(exports, options) : exports.map(({ id }) => id);
  return ids.map(toLocatorArgument);
}

function isInteractive(io: CommandIo): boolean {
  return io.stdin.isTTY === true && isTerminal(io.stdout, io) && isTerminal(io.stderr, io);
}

/** @throws CommandError where the person goes away */
async function ask(
  exports: readonly ListedExportFragment[],
  { io, signal }: PickOptions,
): Promise<readonly string[]> {
  const { isCancel, multiselect } = await import('@clack/prompts');
  const picked = await multiselect({
    message: 'Which ones? Space picks, a picks all, enter goes on.',
    options: exports.map((each) => ({
      value: each.id,
      label: `${toStatusText({ ...each, unreadable: null })}  ${toNameText(each) || toLocatorText(each.id)}`,
      hint: `${each.account.key}@${each.vendor.key}`,
    })),
    maxItems: Math.max(5, (io.stderr.rows ?? 24) - 6),
    required: true,
    input: io.stdin as NodeJS.ReadStream,
    output: io.stderr as NodeJS.WriteStream,
    signal,
  });
  if (isCancel(picked)) throw new CommandError(EXIT.interrupted, '');
  return picked;
}
