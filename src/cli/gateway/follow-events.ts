import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type Clock, type Random, sleep } from '../../runtime/clock.ts';
import { TryAgain } from '../command-error.ts';
import { toDurationText } from '../display/measures.ts';
import {
  type ExportLocator,
  WatchExportsDocument,
  type WatchExportsSubscription,
} from '../generated/operations.ts';
import type { GatewayAccess } from './address.ts';
import { toWaitMs } from './backoff.ts';
import { openEventStream, type WatchedEvent } from './event-stream.ts';
import { CursorRefused, toUnreachable } from './trouble.ts';

/** A gateway that never answered is given up soon, for the address may be wrong; one that did may be starting anew. */
const TRIES_AT_FIRST = 4;
const TRIES_ONCE_CONNECTED = 12;

/** What every event of a subscription has. */
interface FollowableEvent {
  readonly __typename: string;
  readonly cursor: string;
  /** Of `SubscriptionTokenExpiring` alone. */
  readonly expiresAt?: string;
}

export interface FollowOptions {
  readonly access: GatewayAccess;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Told of lost connections and new ones, in sentences. */
  readonly onNotice: (text: string) => void;
  /** True once nothing more is to be told: a stream that completes before is taken for a lost connection. */
  readonly isDone: () => boolean;
}

/** Which subscription is followed. */
export interface Followed<Data, Variables, Event> {
  readonly document: TypedDocumentNode<Data, Variables>;
  /** All but `after`. */
  readonly variables: Variables;
  readonly toEvent: (data: Data) => Event;
}

/** What happens to some exports until all have ended. @throws see `followEvents` */
export function followExports(
  locators: readonly ExportLocator[],
  options: FollowOptions,
): AsyncGenerator<WatchedEvent, void, void> {
  const followed = {
    document: WatchExportsDocument,
    variables: { locators: [...locators] },
    toEvent: ({ exportEvents }: WatchExportsSubscription) => exportEvents,
  };
  return followEvents(followed, options);
}

/**
 * What a subscription tells until it is done, over as many connections as it takes: each resumes after the last event seen.
 *
 * @throws CommandError where the gateway cannot be reached, refuses us, or cannot read a variable; the signal's reason
 */
export async function* followEvents<
  Data,
  Variables extends { readonly after?: string | null | undefined },
  Event extends FollowableEvent,
>(
  { document, variables, toEvent }: Followed<Data, Variables, Event>,
  { access, clock, random, signal, onNotice, isDone }: FollowOptions,
): AsyncGenerator<Event, void, void> {
  let after: string | undefined;
  let failures = 0;
  let wasConnected = false;

  const onConnected = (): void => {
    if (failures > 0) onNotice('Connected again.');
    wasConnected = true;
  };

  for (;;) {
    try {
      const now = { ...variables, after };
      for await (const data of openEventStream({
        access,
        document,
        variables: now,
        clock,
        signal,
        onConnected,
      })) {
        const event = toEvent(data);
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
