import { EXIT } from './exit-codes.ts';
import { hasSucceeded, toEndProblem } from './export-row.ts';
import { type FollowListOptions, followList } from './follow-list.ts';
import { type JsonOptions, readGatewayAccess } from './gateway-options.ts';
import type { CommandIo } from './io.ts';
import { parseLocatorArguments } from './locator-argument.ts';
import { pickMoving } from './pick-moving.ts';

/**
 * `waybill watch`: follows exports until all of them have ended; where none is named, some of what moves.
 *
 * @returns the exit code: 0 where all succeeded, else 1
 * @throws CommandError
 */
export async function watch(texts: readonly string[], options: JsonOptions, io: CommandIo): Promise<number> {
  const named = parseLocatorArguments([...new Set(texts)]);
  const access = readGatewayAccess(options, io);
  const signal = io.listenForInterrupt();
  const isJson = options.json === true;
  const locators = named.length > 0 ? named : await pickMoving({ access, io, isJson, signal });
  if (locators.length === 0) return EXIT.succeeded;
  return followToEnd({ access, locators, io, signal, isJson });
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
