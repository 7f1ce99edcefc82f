import { randomUUID } from 'node:crypto';
import { toExportFields, toExportLine, toTitle } from './changed-export.ts';
import { CommandError, TryAgain } from './command-error.ts';
import { toJsonLine } from './display/json.ts';
import { toDurationText } from './display/measures.ts';
import { toTerminalText } from './display/terminal-text.ts';
import { EXIT } from './exit-codes.ts';
import type { GatewayAccess } from './gateway/address.ts';
import { queryGateway } from './gateway/query.ts';
import { type JsonOptions, readGatewayAccess } from './gateway-options.ts';
import {
  StartExportDocument,
  type StartExportInput,
  type StartExportMutation,
} from './generated/operations.ts';
import type { CommandIo } from './io.ts';
import { toLocatorArgument, toLocatorText } from './locator-argument.ts';
import { toShellText } from './shell-words.ts';
import { readOrder } from './vendor-orders.ts';
import { followToEnd } from './watch.ts';

export interface StartOptions extends JsonOptions {
  readonly label?: string | undefined;
  /** Made up where it is left out. */
  readonly idempotencyKey?: string | undefined;
  /** Follows the export to its end. */
  readonly watch?: boolean | undefined;
}

/** What was asked for, so that it can be asked for again. */
interface Request {
  readonly access: GatewayAccess;
  readonly input: StartExportInput;
  readonly signal: AbortSignal;
  /** The same command with its idempotency key, in a sentence. */
  readonly advice: string;
}

/**
 * `waybill start`: starts an export at its vendor.
 *
 * Sent once: the vendor may have no way to tell a second order from the first.
 *
 * @returns the exit code
 * @throws CommandError
 */
export async function start(
  vendor: string,
  words: readonly string[],
  options: StartOptions,
  io: CommandIo,
): Promise<number> {
  const signal = io.listenForInterrupt();
  const order = await readOrder(() => readGatewayAccess(options, io), vendor, words, signal);
  const access = readGatewayAccess(options, io);
  const { label, idempotencyKey = randomUUID(), json = false } = options;
  // Before anything is sent: it is needed most where nothing comes back.
  if (options.idempotencyKey === undefined) io.stderr.write(`Idempotency key: ${idempotencyKey}\n`);
  const input = { order, label, idempotencyKey };
  const advice = toAdvice(vendor, words, { ...options, idempotencyKey });
  const started = await sendOnce({ access, input, signal, advice });
  tell(started, idempotencyKey, options, io);
  if (options.watch !== true) return EXIT.succeeded;
  const locators = [toLocatorArgument(started.export.id)];
  return followToEnd({ access, locators, io, signal, isJson: json });
}

type Started = StartExportMutation['startExport'];

/** The export on standard output; where its changes will stand there, on standard error. */
function tell(
  { export: started, isExisting }: Started,
  idempotencyKey: string,
  { json, watch }: StartOptions,
  io: CommandIo,
): void {
  if (json === true) {
    io.stdout.write(toJsonLine({ ...toExportFields(started), isExisting, idempotencyKey }));
  } else if (watch !== true) {
    io.stdout.write(toExportLine(started));
  } else if (!isExisting) {
    io.stderr.write(`Started ${toLocatorText(started.id)}.\n`);
  }
  if (isExisting) {
    io.stderr.write(`${toTitle(started)} was there already: nothing was started, and this is that one.\n`);
  }
}

async function sendOnce(request: Request): Promise<Started> {
  const { access, input, signal } = request;
  try {
    const answer = await queryGateway(access, StartExportDocument, { input }, signal);
    return answer.startExport;
  } catch (error) {
    throw toStartProblem(error, request);
  }
}

/** Codes of answers that leave open whether anything was started. */
const UNCERTAIN_CODES: ReadonlySet<string | undefined> = new Set([
  'START_OUTCOME_UNKNOWN',
  'INTERNAL_SERVER_ERROR',
]);
const UNCERTAIN = 'It is not known whether the export was started.';

function toStartProblem(error: unknown, { access, signal, advice }: Request): unknown {
  if (signal.aborted) {
    const { exitCode } = signal.reason as CommandError;
    return new CommandError(exitCode, `${UNCERTAIN} ${advice}`);
  }
  if (error instanceof CommandError) {
    const isUncertain = UNCERTAIN_CODES.has(error.code);
    return isUncertain ? new CommandError(error.exitCode, `${error.message}\n${advice}`, error.code) : error;
  }
  return error instanceof TryAgain ? toLateProblem(error, access, advice) : error;
}

/** Of what another question would be asked again after. */
function toLateProblem(
  { message, code, exitCode, isUnsent, retryAfterMs }: TryAgain,
  { name }: GatewayAccess,
  advice: string,
): CommandError {
  if (isUnsent) {
    const where = '--url or WAYBILL_URL says where it is.';
    return new CommandError(
      exitCode,
      `Cannot reach the gateway at ${name}: ${message}. Nothing was started. ${where}`,
    );
  }
  if (code === undefined) {
    const lost = `The answer of the gateway at ${name} was lost: ${message}.`;
    return new CommandError(exitCode, `${lost} ${UNCERTAIN}\n${advice}`);
  }
  const wait = retryAfterMs === undefined ? '' : ` Wait ${toDurationText(retryAfterMs)} before that.`;
  return new CommandError(exitCode, `${message}.\n${advice}${wait}`, code);
}

/** How to ask for the same once more: with the same key, the gateway can tell what became of the first time. Never with a token. */
function toAdvice(vendor: string, words: readonly string[], options: StartOptions): string {
  const { url, token, label, idempotencyKey = '', watch, json } = options;
  const command = toShellText([
    ...['waybill', 'start', vendor, ...words],
    ...(label === undefined ? [] : [`--label=${label}`]),
    `--idempotency-key=${idempotencyKey}`,
    ...(watch === true ? ['--watch'] : []),
    ...(json === true ? ['--json'] : []),
    ...(url === undefined ? [] : [`--url=${url}`]),
  ]);
  const again = token === undefined ? '' : ', with the same --token';
  return command === undefined
    ? `To ask again, give the same command with --idempotency-key ${toTerminalText(idempotencyKey)}.`
    : `To ask again${again}: ${command}`;
}
