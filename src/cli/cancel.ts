import { toExportFields, toExportLine, toTitle } from './changed-export.ts';
import { toJsonLine } from './display/json.ts';
import { EXIT } from './exit-codes.ts';
import { askGateway } from './gateway/ask.ts';
import { type JsonOptions, readGatewayAccess } from './gateway-options.ts';
import {
  CancelExportDocument,
  type ChangedExportFragment,
  type ExportStatus,
} from './generated/operations.ts';
import type { CommandIo } from './io.ts';
import { parseLocatorArgument } from './locator-argument.ts';

/**
 * `waybill cancel`: asks a vendor to stop a job.
 *
 * @returns the exit code: 1 where the job had ended otherwise
 * @throws CommandError
 */
export async function cancel(text: string, options: JsonOptions, io: CommandIo): Promise<number> {
  const { locator } = parseLocatorArgument(text);
  const access = readGatewayAccess(options, io);
  const { cancelExport } = await askGateway({
    access,
    document: CancelExportDocument,
    variables: { locator },
    io,
  });
  const { export: changed } = cancelExport;
  io.stdout.write(options.json === true ? toJsonLine(toExportFields(changed)) : toExportLine(changed));
  const notice = toNotice(changed);
  if (notice !== undefined) io.stderr.write(`${notice}\n`);
  return TOO_LATE.has(changed.status) ? EXIT.failed : EXIT.succeeded;
}

const TOO_LATE: ReadonlySet<ExportStatus> = new Set<ExportStatus>(['SUCCEEDED', 'FAILED', 'EXPIRED']);

function toNotice(changed: ChangedExportFragment): string | undefined {
  const { status } = changed;
  if (TOO_LATE.has(status)) return `${toTitle(changed)} was not canceled: it had ended already.`;
  if (status === 'CANCELED') return undefined;
  return `${toTitle(changed)} was asked to stop; until the vendor confirms that, it may still end otherwise.`;
}
