import { toText } from './ask.ts';
import { halvesOf } from './links.ts';
import { pickStranger, type Step } from './step.ts';
import { NEVER_FROM, toMarkedNumber } from './vendor-jobs.ts';

/** Anybody calls a callback link, whosever it is, and names a run, whosever that is: a good link has one answer, and nobody is told more. */
export async function callBack(step: Step): Promise<void> {
  const { world, dice } = step;
  const callback = world.vendor.callbacks.pick(dice.next());
  if (callback === undefined) return;
  const stranger = pickStranger(dice, callback.tenant);
  const n = Math.floor(dice.next() * 50);
  const run = dice.next() < 0.5 ? NEVER_FROM + n : toMarkedNumber(stranger, n);
  world.ledger.counts.callbacks += 1;
  await post(step, new URL(callback.url).pathname, `export_file[id]=${run}`, 202);
}

/** What is nearly a callback link: nobody is asked for it. */
export async function forgeCallback(step: Step): Promise<void> {
  const { world, dice } = step;
  const one = world.vendor.callbacks.pick(dice.next());
  const link = world.links.pick(dice.next());
  if (one === undefined || link === undefined) return;
  const [payload, signature] = halvesOf(one.url);
  const [, identity, account, vendor, , expiresAt] = JSON.parse(
    Buffer.from(payload, 'base64url').toString(),
  ) as unknown[];
  const tenant = `tenant${pickStranger(dice, one.tenant)}`;
  const forged = Buffer.from(JSON.stringify([tenant, identity, account, vendor, {}, expiresAt]));
  const tokens = [
    `${forged.toString('base64url')}.${signature}`,
    `${payload}.${signature.slice(0, -1)}`,
    // A link to a file, which the same secret signs.
    halvesOf(link.url).join('.'),
  ];
  const token = tokens[Math.floor(dice.next() * tokens.length)] as string;
  await post(step, `/callbacks/${token}`, 'export_file[id]=1', 404);
}

async function post(
  { world, caller, dice }: Step,
  path: string,
  body: string,
  expected: number,
): Promise<void> {
  const headers = dice.next() < 0.5 ? world.headersOf(caller, true) : {};
  const response = await world.http.request({ method: 'POST', path, headers, body });
  const text = `${toText(response.headers)}\n${await response.body.text()}`;
  world.ledger.inspect('callback', text, NOBODY);
  if (response.statusCode !== expected)
    world.ledger.report('callback', `a callback was answered with ${response.statusCode}`, text);
}

/** A vendor is told nothing of anybody's. */
const NOBODY = { tenant: -1, owners: new Set<string>(), codes: new Set<string>() };
