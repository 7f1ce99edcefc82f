import { Agent } from 'undici';
import { CommandError, type TryAgain } from '../command-error.ts';
import { toJsonLine } from '../display/json.ts';
import { toBytesText } from '../display/measures.ts';
import { toTerminalText } from '../display/terminal-text.ts';
import { EXIT } from '../exit-codes.ts';
import { hasSucceeded, toEndProblem } from '../export-row.ts';
import { followList } from '../follow-list.ts';
import type { GatewayAccess } from '../gateway/address.ts';
import { toUnreachable } from '../gateway/trouble.ts';
import { type JsonOptions, readGatewayAccess } from '../gateway-options.ts';
import type { CommandIo } from '../io.ts';
import {
  LOCATOR_FORMS,
  type LocatorArgument,
  parseLocatorArguments,
  toLocatorText,
} from '../locator-argument.ts';
import { type Destination, StdoutDestination } from './destination.ts';
import { type FileOffer, readFileOffer } from './file-offer.ts';
import { PartFile, toDiskProblem } from './part-file.ts';
import { checkTarget, parseOutput, toSafeName, toTargetPath } from './target.ts';
import { transfer } from './transfer.ts';
import { openTransferDisplay } from './transfer-display.ts';
import { tryOften } from './try-often.ts';

export interface DownloadOptions extends JsonOptions {
  /** A file, a folder, or `-`. */
  readonly output?: string | undefined;
  readonly force?: boolean | undefined;
  /** The file's place in the export's `files`, from 0. */
  readonly index: number;
}

interface Order {
  readonly access: GatewayAccess;
  readonly argument: LocatorArgument;
  readonly index: number;
  readonly isForced: boolean;
  readonly isJson: boolean;
  readonly io: CommandIo;
  readonly signal: AbortSignal;
}

/**
 * `waybill download`: waits for an export, then saves its file.
 *
 * @returns the exit code
 * @throws CommandError
 */
export async function download(
  texts: readonly string[],
  options: DownloadOptions,
  io: CommandIo,
): Promise<number> {
  const [argument, ...others] = parseLocatorArguments(texts);
  if (argument === undefined || others.length > 0) {
    throw new CommandError(EXIT.usage, `Name one export: ${LOCATOR_FORMS.join(', ')}, or a global id.`);
  }
  const access = readGatewayAccess(options, io);
  const isForced = options.force === true;
  if (options.output === '-' && options.json === true) {
    throw new CommandError(EXIT.usage, 'With --output - the file itself is printed: leave --json out.');
  }
  const output = await parseOutput(options.output, io.cwd);
  if (output.type === 'file') await checkTarget(output.path, isForced);
  if (output.type === 'stdout' && io.stdout.isTTY === true && !isForced) {
    throw new CommandError(
      EXIT.usage,
      'The file would be printed on this terminal: send it elsewhere with | or >, or say --force.',
    );
  }

  const order: Order = {
    access,
    argument,
    index: options.index,
    isForced,
    isJson: options.json === true,
    io,
    signal: io.listenForInterrupt(),
  };
  await waitForEnd(order);
  const offer = await askForFile(order);
  if (output.type === 'stdout') await sendToStdout(order, offer);
  else await saveAs(order, offer, toTargetPath(output, offer.name));
  return EXIT.succeeded;
}

/** @throws CommandError where the export ends badly */
async function waitForEnd({ access, argument, io, signal }: Order): Promise<void> {
  const list = await followList({ access, locators: [argument], stream: io.stderr, io, signal });
  if (list.rows.some(hasSucceeded)) return;
  const problems = list.rows.map(toEndProblem).filter((problem) => problem !== undefined);
  throw new CommandError(EXIT.failed, problems.join('\n'));
}

/** The file with its first link, for its name. */
function askForFile(order: Order): Promise<FileOffer> {
  const { access, argument, index, io, signal } = order;
  return tryOften(() => readFileOffer(access, argument.locator, index, signal), {
    clock: io.clock,
    random: io.random,
    signal,
    progress: () => 0,
    onNotice: (text) => void io.stderr.write(`${text}\n`),
    toFailure: (cause, tries) => toFailure(cause, tries, access, ''),
  });
}

async function sendToStdout(order: Order, offer: FileOffer): Promise<void> {
  const destination = new StdoutDestination(order.io.stdout, order.signal);
  await fetchInto(destination, order, offer, 'What came out is incomplete.');
}

async function saveAs(order: Order, offer: FileOffer, path: string): Promise<void> {
  const { io, index, isForced } = order;
  await checkTarget(path, isForced);
  try {
    const part = await PartFile.open(path, { exportId: offer.exportId, index });
    try {
      await fetchInto(
        part,
        order,
        offer,
        `What has come is kept in ${toTerminalText(part.path)}: give the same command again.`,
      );
      await part.finish(isForced);
    } finally {
      await part.close();
    }
    const { exportId: id, name } = offer;
    const saved = { path, bytes: part.heldBytes, name, id, locator: toLocatorText(id) };
    io.stdout.write(order.isJson ? toJsonLine(saved) : `${describeSaved(path, part.heldBytes, io)}\n`);
  } catch (error) {
    throw toDiskProblem(error, path) ?? error;
  }
}

/** A sentence for a person; for a program the path alone. */
function describeSaved(path: string, bytes: number, { stdout }: CommandIo): string {
  return stdout.isTTY === true ? `Saved ${toTerminalText(path)} (${toBytesText(bytes)}).` : path;
}

/** Every try begins with a fresh link, but for the first, which has one. */
async function fetchInto(
  destination: Destination,
  order: Order,
  first: FileOffer,
  advice: string,
): Promise<void> {
  const { access, argument, index, io, signal } = order;
  const display = openTransferDisplay(toTerminalText(toSafeName(first.name)), io);
  const dispatcher = new Agent({ connect: { timeout: 10_000 } });
  let offer: FileOffer | undefined = first;
  const fetchOnce = async (): Promise<void> => {
    const { url } = offer ?? (await readFileOffer(access, argument.locator, index, signal));
    offer = undefined;
    await transfer(url, destination, {
      signal,
      dispatcher,
      onProgress: display.progress,
      onResumed: (bytes) => display.notice(`Going on after ${toBytesText(bytes)}.`),
    });
  };
  try {
    await tryOften(fetchOnce, {
      clock: io.clock,
      random: io.random,
      signal,
      progress: () => destination.heldBytes,
      onNotice: (text) => display.notice(text),
      toFailure: (cause, tries) => toFailure(cause, tries, access, destination.heldBytes > 0 ? advice : ''),
    });
  } finally {
    display.stop();
    await dispatcher.destroy();
  }
}

function toFailure(cause: TryAgain, tries: number, access: GatewayAccess, advice: string): CommandError {
  if (cause.exitCode === EXIT.unreachable) return toUnreachable(access, cause.message, tries);
  return new CommandError(
    cause.exitCode,
    `The file could not be fetched: ${cause.message}. Tried ${tries} times. ${advice}`.trim(),
  );
}
