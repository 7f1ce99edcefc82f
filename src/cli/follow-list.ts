import { openDisplay } from './display/display.ts';
import { JsonDisplay } from './display/json.ts';
import type { GatewayAccess } from './gateway/address.ts';
import { followExports } from './gateway/follow-events.ts';
import type { CommandIo, OutputStream } from './io.ts';
import type { LocatorArgument } from './locator-argument.ts';
import { WatchList } from './watch-list.ts';

export interface FollowListOptions {
  readonly access: GatewayAccess;
  readonly locators: readonly LocatorArgument[];
  /** Where to show what happens. */
  readonly stream: OutputStream;
  readonly io: CommandIo;
  readonly signal: AbortSignal;
  /** Events as they came, one JSON object a line, instead of bars and lines for people. */
  readonly isJson?: boolean;
}

/**
 * Follows exports to their ends and shows what happens.
 *
 * @throws CommandError; the signal's reason
 */
export async function followList({
  access,
  locators,
  stream,
  io,
  signal,
  isJson = false,
}: FollowListOptions): Promise<WatchList> {
  const list = new WatchList(locators, io.clock);
  const display = isJson ? new JsonDisplay(stream, io.stderr) : openDisplay(list, stream, io);
  try {
    const asked = locators.map(({ locator }) => locator);
    const events = followExports(asked, {
      access,
      clock: io.clock,
      random: io.random,
      signal,
      onNotice: (text) => display.notice(text),
      isDone: () => list.isDone,
    });
    for await (const event of events) display.show(event, list.apply(event));
    return list;
  } finally {
    display.stop();
  }
}
