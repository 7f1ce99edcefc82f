import { pickForeign, pickOwn, type Step } from './step.ts';
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
  const request = {
    caller,
    locators: all.map(({ id, locator }) => (dice.next() < 0.5 ? { id } : locator)),
    ids: new Set(all.map(({ id }) => id)),
    foreign: new Set(foreign.map(({ id }) => id)),
    echoes: new Set(foreign.map(({ account }) => account)),
    after: dice.next() < 0.4 ? world.cursors.pick(dice.next()) : undefined,
    look: dice.next() < 0.5 ? (0 as const) : (1 as const),
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
