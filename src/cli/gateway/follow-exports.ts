import { type Clock, type Random, sleep } from '../../runtime/clock.ts';
import { TryAgain } from '../command-error.ts';
import { toDurationText } from '../display/measures.ts';
import type { ExportLocator } from '../generated/operations.ts';
import type { GatewayAccess } from './address.ts';
import { toWaitMs } from './backoff.ts';
import { openEventStream, type WatchedEvent } from './event-stream.ts';
import { CursorRefused, toUnreachable } from './trouble.ts';

/** A gateway that never answered is given up soon, for the address may be wrong; one that did may be starting anew. */
const TRIES_AT_FIRST = 4;
const TRIES_ONCE_CONNECTED = 12;

export interface FollowOptions {
  readonly access: GatewayAccess;
  readonly locators: readonly ExportLocator[];
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Told of lost connections and new ones, in sentences. */
  readonly onNotice: (text: string) => void;
  /** True once every export has ended: a stream that completes before is taken for a lost connection. */
  readonly isDone: () => boolean;
}

/**
 * What happens to some exports until all have ended, over as many connections as it takes: each resumes after the last event seen.
 *
 * @throws CommandError where the gateway cannot be reached, refuses us, or cannot read a locator; the signal's reason
 */
export async function* followExports(options: FollowOptions): AsyncGenerator<WatchedEvent, void, void> {
  const { access, clock, random, signal, onNotice, isDone } = options;
  let after: string | undefined;
  let failures = 0;
  let wasConnected = false;

  const onConnected = (): void => {
    if (failures > 0) onNotice('Connected again.');
    wasConnected = true;
  };

  for (;;) {
    try {
      const variables = { locators: [...options.locators], after };
      for await (const event of openEventStream({ access, variables, clock, signal, onConnected })) {
        failures = 0;
        after = event.cursor;
        if (event.__typename === 'SubscriptionTokenExpiring')
          onNotice(`The access token expires at ${event.expiresAt}.`);
        else yield event;
      }
      if (isDone()) return;
      throw new TryAgain('the gateway ended the stream before the exports did');
    } catch (error) {
      if (error instanceof CursorRefused && after !== undefined) {
        after = undefined;
        onNotice('The gateway was started anew: changes that happened in between are not shown.');
        continue;
      }
      if (!(error instanceof TryAgain)) throw error;
      failures += 1;
      if (failures >= (wasConnected ? TRIES_ONCE_CONNECTED : TRIES_AT_FIRST)) {
        throw toUnreachable(access, error.message, failures);
      }
      const waitMs = toWaitMs(failures, random, error.retryAfterMs);
      const what = wasConnected ? 'Connection lost' : `Cannot reach the gateway at ${access.name}`;
      onNotice(`${what}: ${error.message}. Trying again in ${toDurationText(waitMs)}.`);
      await sleep(clock, waitMs, signal);
    }
  }
}
