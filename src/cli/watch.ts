import { CommandError } from './command-error.ts';
import { EXIT } from './exit-codes.ts';
import { hasSucceeded, toEndProblem } from './export-row.ts';
import { type FollowListOptions, followList } from './follow-list.ts';
import { DEFAULT_GATEWAY_URL, parseGatewayAccess } from './gateway/address.ts';
import type { CommandIo } from './io.ts';
import { LOCATOR_FORMS, parseLocatorArguments } from './locator-argument.ts';

/** Where the gateway is, as options of the command. */
export interface GatewayOptions {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
}

export interface WatchOptions extends GatewayOptions {
  /** Events as they came, one JSON object a line. */
  readonly json?: boolean | undefined;
}

/**
 * `waybill watch`: follows exports until all of them have ended.
 *
 * @returns the exit code: 0 where all succeeded, else 1
 * @throws CommandError
 */
export async function watch(texts: readonly string[], options: WatchOptions, io: CommandIo): Promise<number> {
  if (texts.length === 0) {
    throw new CommandError(
      EXIT.usage,
      `Name at least one export: ${LOCATOR_FORMS.join(', ')}, or a global id.`,
    );
  }
  const locators = parseLocatorArguments([...new Set(texts)]);
  const access = readGatewayAccess(options, io);
  return followToEnd({
    access,
    locators,
    io,
    signal: io.listenForInterrupt(),
    isJson: options.json === true,
  });
}

/**
 * Shows exports on standard output until all of them have ended, then says which ended badly.
 *
 * @returns the exit code: 0 where all succeeded, else 1
 */
export async function followToEnd(options: Omit<FollowListOptions, 'stream'>): Promise<number> {
  const { io } = options;
  const list = await followList({ ...options, stream: io.stdout });
  for (const problem of new Set(list.rows.map(toEndProblem))) {
    if (problem !== undefined) io.stderr.write(`${problem}\n`);
  }
  return list.rows.every(hasSucceeded) ? EXIT.succeeded : EXIT.failed;
}

/** The gateway of the options, else of the environment, else on this machine. @throws CommandError */
export function readGatewayAccess({ url, token }: GatewayOptions, { environment }: CommandIo) {
  return parseGatewayAccess(url ?? environment.url ?? DEFAULT_GATEWAY_URL, token ?? environment.token);
}
