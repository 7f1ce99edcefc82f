import { CommandError } from '../command-error.ts';
import { toTerminalText } from '../display/terminal-text.ts';
import { EXIT } from '../exit-codes.ts';
import type { GatewayAccess } from '../gateway/address.ts';
import { queryGateway } from '../gateway/query.ts';
import {
  DownloadableExportDocument,
  type DownloadableExportQuery,
  type ExportLocator,
} from '../generated/operations.ts';

/** A file that can be fetched now. */
export interface FileOffer {
  /** The export's global id. */
  readonly exportId: string;
  /** As the gateway gave it: data. */
  readonly name: string;
  /** A fresh link. */
  readonly url: string;
}

type DownloadableExport = NonNullable<DownloadableExportQuery['export']>;

/**
 * Asks the gateway for a finished export's file, with a fresh link.
 *
 * @param index - the file's place in the export's `files`, from 0
 * @throws CommandError where there is no such file, TryAgain where asking again may help, the signal's reason
 */
export async function readFileOffer(
  access: GatewayAccess,
  locator: ExportLocator,
  index: number,
  signal: AbortSignal,
): Promise<FileOffer> {
  const { id, files } = await readFiles(access, locator, index, signal);
  const { name, url } = files[index] as (typeof files)[number];
  return { exportId: id, name, url };
}

/**
 * Asks the gateway for all files of a finished export, each with a fresh link.
 *
 * @param needed - the place of a file that must be there
 * @throws as `readFileOffer` does
 */
export async function readFiles(
  access: GatewayAccess,
  locator: ExportLocator,
  needed: number,
  signal: AbortSignal,
) {
  const answer = await queryGateway(access, DownloadableExportDocument, { locator }, signal);
  if (answer.export === null) throw fail('There is no such export.');
  const { id, name, files } = answer.export;
  if (files?.[needed] === undefined) throw fail(describeAbsence(answer.export, needed));
  return { id, name, files };
}

/** Why there is no file. */
function describeAbsence(
  { name, status, outcome, files, failure }: DownloadableExport,
  index: number,
): string {
  const title = toTerminalText(name ?? '') || 'The export';
  if (status === 'FAILED')
    return `${title} failed: ${toTerminalText(failure?.message ?? '') || 'the vendor gives no reason.'}`;
  if (status === 'CANCELED') return `${title} was canceled: there is no file.`;
  if (status === 'EXPIRED') return `${title} is gone: the vendor no longer has it. Start the export again.`;
  if (status !== 'SUCCEEDED') return `${title} is not finished: its status is ${status}.`;
  if (outcome === 'EMPTY')
    return `${title} is finished with nothing in it: nothing matched, so there is no file.`;
  const count = files?.length ?? 0;
  if (count === 0) return `${title} is finished, but the vendor offers no file: it may have dropped it.`;
  return `${title} has ${count === 1 ? 'one file, number 0' : `${count} files, numbers 0 to ${count - 1}`}: there is no number ${index}.`;
}

function fail(message: string): CommandError {
  return new CommandError(EXIT.failed, message, 'NO_FILE');
}
