import type { Answer } from './ask.ts';
import { ACCOUNT_NAMES, MOVING_ACCOUNT, toAccountKey } from './cast.ts';
import type { Named } from './ids.ts';
import { noteLinks } from './links.ts';
import { CANCEL, RECENT, START, TRACK, UNTRACK } from './operations.ts';
import { type Order, toOrder } from './orders.ts';
import { ask, checkIdentity, isOf, toLocator } from './query-steps.ts';
import { needsToken, pickAccount, pickForeign, pickOwn, pickStranger, type Step } from './step.ts';

/** Keys that every tenant uses: few, so that tenants and callers meet at them. */
const KEYS = 8;
const ORDERS = 4;
const FOREIGN_SHARE = 0.2;
const MOVING_SHARE = 0.1;

/** Starts an export, often under a key that other tenants use too. The answer is never somebody else's, and no key is taken by somebody else. */
export async function startExport(step: Step): Promise<void> {
  const { world, caller, dice } = step;
  const isForeign = dice.next() < FOREIGN_SHARE / 2;
  const tenant = isForeign ? pickStranger(dice, caller.tenant) : caller.tenant;
  const key = dice.next() < 0.7 ? Math.floor(dice.next() * KEYS) : null;
  // Mostly the one order that belongs to the key, so that it is asked for again.
  const place = key !== null && dice.next() < 0.8 ? key : Math.floor(dice.next() * 100);
  const name = dice.next() < MOVING_SHARE ? MOVING_ACCOUNT : ACCOUNT_NAMES[place % ACCOUNT_NAMES.length];
  // The moving account is the caller's own, if it is anybody's.
  const owner = name === MOVING_ACCOUNT ? caller.tenant : tenant;
  const order = toOrder(owner, name ?? 'hi', place % ORDERS);
  if (key !== null) world.keyUses.add(caller.tenant, key, JSON.stringify(order.input));
  const input = {
    order: order.input,
    idempotencyKey: key === null ? null : `key ${key} of everybody`,
    label: `label of tenant${caller.tenant}`,
  };
  const echoes = new Set([order.account]);
  const result = await ask(step, { caller, query: START, variables: { input }, echoes });
  world.ledger.counts.starts += 1;
  if (result !== null) checkStarted(step, order, key, result);
}

function checkStarted({ world, caller }: Step, order: Order, key: number | null, result: Answer): void {
  const { ledger, keyUses } = world;
  const started = result.data?.startExport;
  const isReused = result.errors?.some(({ extensions }) => extensions?.code === 'IDEMPOTENCY_KEY_REUSED');
  if (isReused && (key === null || keyUses.countOrders(caller.tenant, key) < 2))
    ledger.report('start', 'a key is taken that this tenant had not used for another order');
  if (!started) return;
  const told = JSON.stringify(started);
  if (started.export.account.key !== order.account)
    ledger.report('start', 'an export of another account', told);
  if (!isOf(caller.tenant, order)) ledger.report('start', 'an export of a foreign account', told);
  // Of WebAdMIT the running one is the answer; the other vendors know of none that was there before.
  const isFirst = key === null || keyUses.count(caller.tenant, key) < 2;
  if (started.isExisting && isFirst && !order.account.endsWith('-admit'))
    ledger.report('start', 'an export under a key that this tenant had not used', told);
  noteLinks(world, started.export, result.owners);
}

/** Asks a vendor to stop an export. */
export async function cancelExport(step: Step): Promise<void> {
  const named = pickAny(step);
  const result = await ask(step, toQuestion(step, CANCEL, named));
  checkIdentity(step, named, result?.data?.cancelExport?.export);
}

/** Tracks an export under a label that says whose it is. */
export async function trackExport(step: Step): Promise<void> {
  const { world, caller } = step;
  const named = pickAny(step);
  const label = `label of tenant${caller.tenant}`;
  const question = toQuestion(step, TRACK, named);
  const result = await ask(step, { ...question, variables: { ...question.variables, label } });
  const tracked = result?.data?.trackExport;
  checkIdentity(step, named, tracked?.export);
  if (!tracked) return;
  world.ledger.counts.tracked += 1;
  if (!isOf(caller.tenant, named) || needsToken(named))
    world.ledger.report('tracking', 'an export is tracked that may not be', JSON.stringify(tracked));
  if (tracked.tracking.label !== label)
    world.ledger.report('tracking', 'another label than the one given', JSON.stringify(tracked));
}

export async function untrackExport(step: Step): Promise<void> {
  const { world, caller } = step;
  const named = pickAny(step);
  const result = await ask(step, toQuestion(step, UNTRACK, named));
  const untracked = result?.data?.untrackExport;
  if (untracked?.wasTracked && !isOf(caller.tenant, named))
    world.ledger.report('tracking', 'a foreign export was untracked', JSON.stringify(untracked));
}

/** Tracked exports by the filters, perhaps by what only another tenant's have in their labels. */
export async function queryTracked(step: Step): Promise<void> {
  const { world, caller, dice } = step;
  const stranger = pickStranger(dice, caller.tenant);
  const isForeign = dice.next() < 0.4;
  const foreign = toAccountKey(stranger, pickAccount(dice));
  const filter = {
    isTracked: dice.next() < 0.8,
    ...(isForeign
      ? { text: `TENANT${stranger}` }
      : dice.next() < 0.5
        ? { text: `of tenant${caller.tenant}` }
        : {}),
    ...(dice.next() < 0.2 ? { accounts: [foreign] } : {}),
    ...(dice.next() < 0.3 ? { createdAfter: new Date(world.vendor.startedAt).toISOString() } : {}),
    ...(dice.next() < 0.3 ? { createdBefore: new Date(world.clock.now()).toISOString() } : {}),
  };
  const after = dice.next() < 0.3 ? world.pageCursors.pick(dice.next()) : undefined;
  const result = await ask(step, {
    caller,
    query: RECENT,
    variables: { after, filter },
    echoes: new Set([foreign]),
  });
  const page = result?.data?.recentExports;
  if ((isForeign || 'accounts' in filter) && page?.nodes.length > 0)
    world.ledger.report('tracking', 'exports of somebody else', JSON.stringify(page));
  for (const { code } of page?.unavailable ?? []) world.judge('page', caller, code);
  if (page?.pageInfo.endCursor) world.pageCursors.add(page.pageInfo.endCursor);
}

function pickAny(step: Step): Named {
  return step.dice.next() < FOREIGN_SHARE ? pickForeign(step) : pickOwn(step);
}

function toQuestion(step: Step, query: string, named: Named) {
  const { caller } = step;
  const variables = { locator: toLocator(step, named) };
  const echoes = new Set(isOf(caller.tenant, named) ? [] : [named.account]);
  return { caller, query, variables, echoes };
}
