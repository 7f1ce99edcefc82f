import { ACCOUNT_NAMES, MOVING_ACCOUNT, toAccountKey } from './cast.ts';
import { LIST, WATCHES } from './operations.ts';
import { pickAccount, pickForeign, pickOwn, pickStranger, type Step } from './step.ts';
import { watchOverSocket, watchOverSse } from './watch.ts';

/** Streams that are open at most: each costs polls for as long as it is. */
const MAX_WATCHES = 60;

/** Subscribes, over either transport, perhaps to a foreign export too, perhaps after somebody else's cursor. */
export async function subscribe(step: Step): Promise<void> {
  const { world, caller, dice } = step;
  if (world.watches.size >= MAX_WATCHES) return unsubscribe(step);
  const own = Array.from({ length: 1 + Math.floor(dice.next() * 3) }, () => pickOwn(step));
  const foreign = dice.next() < 0.2 ? [pickForeign(step)] : [];
  const all = [...own, ...foreign];
  const locators = all.map(({ id, locator }) => (dice.next() < 0.5 ? { id } : locator));
  const after = dice.next() < 0.4 ? world.cursors.pick(dice.next()) : undefined;
  const request = {
    caller,
    query: WATCHES[dice.next() < 0.5 ? 0 : 1],
    variables: { locators, after },
    ids: new Set(all.map(({ id }) => id)),
    foreign: new Set(foreign.map(({ id }) => id)),
    echoes: new Set(foreign.map(({ account }) => account)),
  };
  if (dice.next() < 0.2) await watchOverSse(world, request);
  else await watchOverSocket(world, request, dice.next());
}

/** Follows the tenant's tracked exports, perhaps after somebody else's cursor, perhaps those of another tenant's accounts only. */
export async function subscribeToList(step: Step): Promise<void> {
  const { world, caller, dice } = step;
  if (world.watches.size >= MAX_WATCHES) return unsubscribe(step);
  const foreign = toAccountKey(pickStranger(dice, caller.tenant), pickAccount(dice));
  const isForeign = dice.next() < 0.2;
  const own = [...ACCOUNT_NAMES.map((name) => toAccountKey(caller.tenant, name)), MOVING_ACCOUNT];
  const filter = isForeign ? { accounts: [foreign] } : dice.next() < 0.3 ? { accounts: own } : null;
  const request = {
    caller,
    query: LIST,
    variables: {
      filter,
      first: Math.floor(dice.next() * 20),
      after: dice.next() < 0.5 ? world.cursors.pick(dice.next()) : undefined,
    },
    // Nothing at all is there to be told of another tenant's account.
    ids: isForeign ? new Set<string>() : null,
    foreign: new Set<string>(),
    echoes: new Set([foreign]),
  };
  if (dice.next() < 0.2) await watchOverSse(world, request);
  else await watchOverSocket(world, request, dice.next());
}

/** Ends some stream. */
export async function unsubscribe({ world, dice }: Step): Promise<void> {
  const watches = [...world.watches];
  watches[Math.floor(dice.next() * watches.length)]?.leave();
}

/** Ends one of the caller's sockets, with a word or without. */
export async function leave({ world, caller, dice }: Step): Promise<void> {
  const peers = world.peers[caller.index] ?? [];
  peers[Math.floor(dice.next() * peers.length)]?.close(dice.next() < 0.5);
}
