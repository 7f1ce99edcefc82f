import { toExportFields, toExportLine, toLine } from './changed-export.ts';
import { toJsonLine } from './display/json.ts';
import { toTerminalText } from './display/terminal-text.ts';
import { EXIT } from './exit-codes.ts';
import { askGateway } from './gateway/ask.ts';
import { type JsonOptions, readGatewayAccess } from './gateway-options.ts';
import {
  TrackExportDocument,
  type TrackExportMutation,
  UntrackExportDocument,
} from './generated/operations.ts';
import type { CommandIo } from './io.ts';
import { type LocatorArgument, parseLocatorArgument, toLocatorText } from './locator-argument.ts';

export interface TrackOptions extends JsonOptions {
  /** What people call it; left out, a label it has already stays. */
  readonly label?: string | undefined;
}

/** `waybill track`: has the gateway follow and remember an export. @returns the exit code @throws CommandError */
export async function track(text: string, options: TrackOptions, io: CommandIo): Promise<number> {
  const argument = parseLocatorArgument(text);
  const { trackExport } = await askGateway({
    access: readGatewayAccess(options, io),
    document: TrackExportDocument,
    variables: { locator: argument.locator, label: options.label },
    io,
  });
  io.stdout.write(
    options.json === true ? toTrackedJson(trackExport, argument) : toTrackedLine(trackExport, argument),
  );
  if (trackExport.export === null) io.stderr.write('It could not be read yet; it is tracked all the same.\n');
  return EXIT.succeeded;
}

type Tracked = TrackExportMutation['trackExport'];

function toTrackedJson({ export: changed, tracking }: Tracked, { text }: LocatorArgument): string {
  const fields = changed === null ? { locator: text, label: tracking.label } : toExportFields(changed);
  return toJsonLine({ ...fields, tracking });
}

function toTrackedLine({ export: changed, tracking }: Tracked, { text }: LocatorArgument): string {
  if (changed !== null) return toExportLine(changed);
  return toLine([toTerminalText(text), 'TRACKED', toTerminalText(tracking.label ?? '')]);
}

/** `waybill untrack`: has it forgotten; the job itself goes on. @returns the exit code @throws CommandError */
export async function untrack(text: string, options: JsonOptions, io: CommandIo): Promise<number> {
  const { locator } = parseLocatorArgument(text);
  const { untrackExport } = await askGateway({
    access: readGatewayAccess(options, io),
    document: UntrackExportDocument,
    variables: { locator },
    io,
  });
  const { exportId: id, wasTracked } = untrackExport;
  const name = toLocatorText(id);
  const line =
    options.json === true ? toJsonLine({ id, locator: name, wasTracked }) : toLine([name, 'UNTRACKED']);
  io.stdout.write(line);
  if (!wasTracked) io.stderr.write('It was not tracked.\n');
  return EXIT.succeeded;
}
