import { type Answer, askOverHttp, askOverSocket, type Question } from './ask.ts';
import {
  ACCOUNT_NAMES,
  FIRST_UNTHROTTLED_TENANT,
  MOVING_ACCOUNT,
  toAccountKey,
  UNTROUBLED_TENANT,
} from './cast.ts';
import { type Named, nameAccount } from './ids.ts';
import { noteLinks } from './links.ts';
import { ALL_ACCOUNTS, EXPORT, EXPORTS, NODES, RECENT } from './operations.ts';
import { needsToken, pickAccount, pickForeign, pickOwn, pickStranger, type Step } from './step.ts';

/** How much of what is asked goes over websockets. */
const SOCKET_SHARE = 0.55;
const MAX_AGE_MS = 10_000;

/** One export, with its files. */
export async function queryOne(step: Step): Promise<void> {
  const { world, caller, dice } = step;
  const named = pickOwn(step);
  const hasToken = dice.next() < 0.9;
  const variables = { locator: toLocator(step, named), maxAgeMs: pickMaxAge(step) };
  const result = await ask(step, { caller, query: EXPORT, variables, hasToken });
  const shown = result?.data?.export;
  checkIdentity(step, named, shown);
  if (!hasToken && needsToken(named) && shown)
    world.ledger.report('answer', 'an own account without a token', named.id);
  if (result !== null) noteLinks(world, shown, result.owners);
}

/** Several exports over all vendors, some of them another tenant's. */
export async function queryMany(step: Step): Promise<void> {
  const { caller, dice } = step;
  const count = 2 + Math.floor(dice.next() * 3);
  const all = Array.from({ length: count }, () => (dice.next() < 0.15 ? pickForeign(step) : pickOwn(step)));
  const foreign = all.filter((named) => !isOf(caller.tenant, named));
  const variables = { locators: all.map((named) => toLocator(step, named)), maxAgeMs: pickMaxAge(step) };
  const echoes = new Set(foreign.map(({ account }) => account));
  const result = await ask(step, { caller, query: EXPORTS, variables, echoes });
  for (const [index, named] of all.entries()) checkIdentity(step, named, result?.data?.exports?.[index]);
}

/** Exports and accounts by global id, own ones and others'. */
export async function queryNodes(step: Step): Promise<void> {
  const { world, caller, dice } = step;
  const stranger = pickStranger(dice, caller.tenant);
  const own = [pickOwn(step), pickOwn(step)];
  const foreign = [pickForeign(step)];
  const account = toAccountKey(stranger, pickAccount(dice));
  const ids = [...own, ...foreign].map(({ id }) => id);
  const variables = { ids: [...ids, nameAccount(account)] };
  const echoes = new Set([account, ...foreign.map((named) => named.account)]);
  const result = await ask(step, { caller, query: NODES, variables, echoes });
  const nodes = result?.data?.nodes ?? [];
  for (const [index, named] of [...own, ...foreign].entries()) checkIdentity(step, named, nodes[index]);
  if (nodes[ids.length]) world.ledger.report('answer', 'an account of another tenant', JSON.stringify(nodes));
}

/** A page of the newest exports, perhaps after a cursor of another tenant's page, or of another tenant's account only. */
export async function queryRecent(step: Step): Promise<void> {
  const { world, caller, dice } = step;
  const stranger = pickStranger(dice, caller.tenant);
  const isForeign = dice.next() < 0.2;
  const foreign = toAccountKey(stranger, pickAccount(dice));
  const after = dice.next() < 0.4 ? world.pageCursors.pick(dice.next()) : undefined;
  const variables = { after, filter: isForeign ? { accounts: [foreign] } : null };
  const result = await ask(step, { caller, query: RECENT, variables, echoes: new Set([foreign]) });
  const page = result?.data?.recentExports;
  if (isForeign && (page?.nodes.length > 0 || page?.unavailable.length > 0))
    world.ledger.report('answer', 'exports of a foreign account', JSON.stringify(page));
  for (const { code } of page?.unavailable ?? []) world.judge('page', caller, code);
  if (page?.pageInfo.endCursor) world.pageCursors.add(page.pageInfo.endCursor);
}

/** The caller's accounts and how they are: one account's throttling or trouble is nobody else's. */
export async function queryAccounts(step: Step): Promise<void> {
  const { world, caller } = step;
  const result = await ask(step, { caller, query: ALL_ACCOUNTS });
  const told: readonly {
    key: string;
    health: { state: string; throttledUntil: string | null; lastError: string | null };
  }[] = result?.data?.accounts ?? [];
  const accounts = told.filter(({ key }) => key !== MOVING_ACCOUNT);
  if (result?.data && accounts.length !== ACCOUNT_NAMES.length)
    world.ledger.report('answer', `${accounts.length} accounts in place of ${ACCOUNT_NAMES.length}`);
  for (const { key, health } of accounts) {
    const isThrottled = health.state === 'THROTTLED' || health.throttledUntil !== null;
    if (isThrottled && caller.tenant >= FIRST_UNTHROTTLED_TENANT)
      world.ledger.report('health', `${key} waits for another account`, JSON.stringify(health));
    const isTroubled =
      health.state !== 'HEALTHY' || (health.lastError ?? 'EXPORT_NOT_FOUND') !== 'EXPORT_NOT_FOUND';
    if (isTroubled && caller.tenant === UNTROUBLED_TENANT && !isUnsupported(health.lastError))
      world.ledger.report('health', `${key} has another account's trouble`, JSON.stringify(health));
  }
}

/** Someone who is nobody, or who brings a token for another tenant's account. */
export async function queryAsStranger(step: Step): Promise<void> {
  const { world, caller, dice } = step;
  const stranger = pickStranger(dice, caller.tenant);
  if (dice.next() < 0.5) {
    const headers = { authorization: `Bearer ${world.keyOf(caller)}x` };
    const { status } = await askOverHttp(world, { caller, query: ALL_ACCOUNTS, headers });
    if (status !== 401) world.ledger.report('answer', `a wrong key was answered with ${status}`);
    return;
  }
  const foreign = pickForeign(step);
  const headers = { [`x-waybill-token-${toAccountKey(stranger, 'own-hi')}`]: 'poison-token-of-a-stranger' };
  const variables = { locators: [pickOwn(step).locator, foreign.locator] };
  await askOverHttp(world, {
    caller,
    query: EXPORTS,
    variables,
    headers,
    echoes: new Set([foreign.account]),
  });
}

/** Asks over either transport. */
export function ask(step: Step, question: Question): Promise<Answer | null> {
  const { world, dice } = step;
  const isOverSocket = question.hasToken !== false && dice.next() < SOCKET_SHARE;
  return isOverSocket ? askOverSocket(world, question, dice.next()) : askOverHttp(world, question);
}

export function isOf(tenant: number, { account }: { readonly account: string }): boolean {
  // The moving one may be anybody's at the moment: its canaries say whose an answer is.
  return account.startsWith(`t${tenant}-`) || account === MOVING_ACCOUNT;
}

/** Whoever asked for one export is told about that one, or nothing; and about none that is another tenant's. */
export function checkIdentity(
  { world, caller }: Step,
  named: Named,
  shown: { id: string } | null | undefined,
): void {
  if (!shown) return;
  if (!isOf(caller.tenant, named))
    world.ledger.report('answer', 'a foreign export was found', JSON.stringify(shown));
  if (shown.id !== named.id)
    world.ledger.report('answer', 'another export than the one asked for', JSON.stringify(shown));
}

export function toLocator({ dice }: Step, { id, locator }: Named): object {
  return dice.next() < 0.4 ? { id } : locator;
}

function pickMaxAge({ dice }: Step): number {
  return dice.next() < 0.4 ? MAX_AGE_MS : 0;
}

function isUnsupported(code: string | null): boolean {
  return code === 'UNSUPPORTED_BY_VENDOR';
}
