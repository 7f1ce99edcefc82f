import type { Clock, Random } from '../../runtime/clock.ts';
import { CommandError } from '../command-error.ts';
import { EXIT } from '../exit-codes.ts';
import { type ExportRow, toProgressText } from '../export-row.ts';
import type { GatewayAccess } from '../gateway/address.ts';
import { followExports } from '../gateway/follow-events.ts';
import type { LocatorArgument } from '../locator-argument.ts';
import { WatchList } from '../watch-list.ts';

export interface WaitOptions {
  readonly access: GatewayAccess;
  readonly argument: LocatorArgument;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal;
  /** Told of each change in a few words, and of how far it is where that is known. */
  readonly onProgress: (message: string, percent: number | undefined) => void;
}

/**
 * Follows one export until it has ended, or the time is up.
 *
 * @returns whether the time was up first
 * @throws CommandError where it cannot be read, or the gateway cannot be reached; the signal's reason
 */
export async function waitForEnd(options: WaitOptions): Promise<boolean> {
  const { access, argument, timeoutMs, clock, random, signal, onProgress } = options;
  const time = new AbortController();
  const stopTimer = clock.setTimer(timeoutMs, () => time.abort());
  const list = new WatchList([argument], clock);
  try {
    const events = followExports([argument.locator], {
      ...{ access, clock, random },
      signal: AbortSignal.any([signal, time.signal]),
      // What it says names the gateway's address, which is not for callers that sit elsewhere.
      onNotice: () => onProgress('The connection to the gateway is lost, or new.', undefined),
      isDone: () => list.isDone,
    });
    for await (const event of events) {
      const row = list.apply(event);
      if (row.unreadable !== null)
        throw new CommandError(EXIT.failed, row.unreadable.message, row.unreadable.code);
      onProgress(describe(row), toPercent(row));
    }
    return false;
  } catch (error) {
    if (signal.aborted || !time.signal.aborted) throw error;
    return true;
  } finally {
    stopTimer();
  }
}

function describe(row: ExportRow): string {
  const trouble = row.interruption === null ? '' : `the vendor cannot be read (${row.interruption.code})`;
  return [row.status ?? '', toProgressText(row.progress), trouble].filter((part) => part !== '').join(' ');
}

function toPercent({ status, progress }: ExportRow): number | undefined {
  if (status === 'SUCCEEDED') return 100;
  return progress?.percent ?? undefined;
}
