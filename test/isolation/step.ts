import type { Random } from '../../src/runtime/clock.ts';
import { ACCOUNT_NAMES, type AccountName, CALLERS, type Caller, isOwn, TENANT_COUNT } from './cast.ts';
import { type Named, nameExport, nameMoving } from './ids.ts';
import { JOBS_PER_GENERATION, NEVER_FROM, toMarkedNumber, toSharedNumber } from './vendor-jobs.ts';
import type { World } from './world.ts';

/** One step of a schedule: who does it, and dice that only its seed and number decide. */
export interface Step {
  readonly number: number;
  readonly world: World;
  readonly caller: Caller;
  readonly dice: Random;
}

/** Exports of each age that steps ask for: few, so that callers meet at the same ones. */
const EACH = 12;
const MOVING_SHARE = 0.06;

export function pickCaller(dice: Random): Caller {
  return CALLERS[Math.floor(dice.next() * CALLERS.length)] as Caller;
}

export function pickAccount(dice: Random): AccountName {
  return ACCOUNT_NAMES[Math.floor(dice.next() * ACCOUNT_NAMES.length)] as AccountName;
}

/** One that is not this tenant. */
export function pickStranger(dice: Random, tenant: number): number {
  return (tenant + 1 + Math.floor(dice.next() * (TENANT_COUNT - 1))) % TENANT_COUNT;
}

/** An export of the caller's own accounts: mostly one that has the same id at every tenant. */
export function pickOwn({ world, caller, dice }: Step): Named {
  if (dice.next() < MOVING_SHARE) return nameMoving(pickNumber(world, dice, null));
  return nameExport(caller.tenant, pickAccount(dice), pickNumber(world, dice, caller.tenant));
}

/** An export at an account of another tenant; every second one is never asked for by anybody else. */
export function pickForeign({ world, caller, dice }: Step): Named {
  const tenant = pickStranger(dice, caller.tenant);
  const account = pickAccount(dice);
  const number =
    dice.next() < 0.5 ? NEVER_FROM + Math.floor(dice.next() * 50) : pickNumber(world, dice, tenant);
  world.ledger.counts.foreignAsked += 1;
  return nameExport(tenant, account, number);
}

/** True for an export that needs the caller's own token. */
export function needsToken({ account }: Named): boolean {
  return ACCOUNT_NAMES.some((name) => isOwn(name) && account.endsWith(`-${name}`));
}

/** @param tenant - null for what is nobody's own */
function pickNumber(world: World, dice: Random, tenant: number | null): number {
  const kind = dice.next();
  const n = Math.floor(dice.next() * EACH);
  if (kind < 0.15 && tenant !== null) return toMarkedNumber(tenant, n);
  const { startedAt } = world.vendor;
  const now = world.clock.now();
  if (kind < 0.3) return toSharedNumber(now, startedAt, n - JOBS_PER_GENERATION);
  return toSharedNumber(kind < 0.4 ? startedAt : now, startedAt, n);
}
