import { FIRST_UNTHROTTLED_TENANT, toMovingOwner, UNTROUBLED_TENANT } from './cast.ts';
import type { Step } from './step.ts';
import { FAULTS } from './vendor-faults.ts';

/** The next calls of some account go wrong in some way; never those of the untroubled tenant. */
export async function breakAccount({ world, dice }: Step): Promise<void> {
  const candidates = world.owners.troubled;
  const owner = candidates[Math.floor(dice.next() * candidates.length)];
  if (owner === undefined) return;
  const faults = FAULTS.filter((fault) => fault !== 'throttle' || owner.tenant < FIRST_UNTHROTTLED_TENANT);
  const fault = faults[Math.floor(dice.next() * faults.length)] ?? 'error';
  const left = fault === 'hang' ? 1 : 1 + Math.floor(dice.next() * 4);
  world.vendor.spells.set(owner.scope, { fault, left, waitMs: 1_000 + Math.floor(dice.next() * 5_000) });
}

/** An account's access tokens are good no longer: the next call is refused, and renews them. */
export async function revokeTokens({ world, caller, dice }: Step): Promise<void> {
  const account = dice.next() < 0.5 ? 'bi' : 'desk';
  const owner = world.owners.find(`t${caller.tenant}${account}`);
  // Two in a row may end in a refusal, so that this is trouble too.
  if (owner !== undefined && owner.tenant !== UNTROUBLED_TENANT) world.owners.revokeTokens(owner);
}

/** The caller brings another token of its own from now on; open sockets go on with the one before. */
export async function renewOwnToken({ world, caller }: Step): Promise<void> {
  world.owners.renewOwnToken(caller.group);
}

/** Time passes: exports move, tokens and links run out. */
export async function letTimePass({ world, dice }: Step): Promise<void> {
  world.clock.advance(Math.floor(dice.next() * 500));
}

/** The operator gives the moving account to another tenant: from then on the one before has none of its exports. */
export async function moveAccount({ world, dice }: Step): Promise<void> {
  world.reload({ holder: Math.floor(dice.next() * UNTROUBLED_TENANT) });
}

/** The operator gives a caller another key, and its tenant's accounts another secret. */
export async function renewSecrets({ world, caller }: Step): Promise<void> {
  const { owners } = world;
  for (const name of [`t${caller.tenant}hi`, `t${caller.tenant}admit`, toMovingOwner(caller.tenant)]) {
    const owner = owners.find(name);
    if (owner !== undefined) owners.renewSecret(owner);
  }
  world.reload({ caller });
}
