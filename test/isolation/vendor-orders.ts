import type { Ledger } from './ledger.ts';
import { REFUSE_WORD, tenantOfOrder } from './orders.ts';
import type { Owner } from './owners.ts';
import { ANSWERS, type Answer, type Asked, toCanary } from './vendor-answers.ts';
import { JOBS_PER_GENERATION, type Job } from './vendor-jobs.ts';

/** A link of the gateway's that a vendor was given to call back. */
export interface GivenCallback {
  readonly url: string;
  readonly tenant: number;
}

/** Looks at what came with an order: it has to be of whoever's credential it came with. @returns the callback link in it */
export function inspectOrder(ledger: Ledger, owner: Owner, body: string): GivenCallback | undefined {
  const tenant = tenantOfOrder(body);
  if (tenant !== undefined && tenant !== owner.tenant)
    ledger.report('vendor', `${owner.name} was given an order of the tenant ${tenant}`, body);
  const { callback } = (body === '' ? {} : JSON.parse(body)) as { callback?: unknown };
  if (typeof callback !== 'string') return undefined;
  const [payload = ''] = callback.slice(callback.lastIndexOf('/') + 1).split('.');
  const [named = ''] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as string[];
  if (named !== `tenant${owner.tenant}`)
    ledger.report('vendor', `${owner.name} was given a callback link of ${named}`, callback);
  return { url: callback, tenant: owner.tenant };
}

/**
 * How each vendor answers an order: with an export that is new in this generation, or an order that asks for it, with a refusal.
 *
 * The same numbers at every owner, so that exports which different tenants start have the same ids.
 */
export function answerOrder(asked: Asked, body: string, newest: number): Answer {
  const { owner, parts } = asked;
  if (body.includes(REFUSE_WORD)) {
    const message = `${toCanary(owner, 'refusal')} is why.`;
    return { status: 400, body: { message, error: { code: 'bad_order', message } } };
  }
  const job = asked.findJob(newest + (hash(body) % JOBS_PER_GENERATION));
  return {
    ...ANSWERS[owner.vendor]({ ...asked, parts: toReadParts(owner, parts, job) }),
    status: STARTED[owner.vendor],
  };
}

const STARTED = { 'power-bi': 202, 'hi-energy': 201, talkdesk: 201, 'web-admit': 200 } as const;

/** The path by which the started export is read: the vendors answer an order as they answer a read. */
function toReadParts({ vendor }: Owner, parts: readonly string[], { number }: Job): string[] {
  const id = String(number);
  if (vendor === 'power-bi') return [...parts.slice(0, -1), 'exports', `exp-${id}`];
  if (vendor === 'hi-energy') return [...parts, id];
  if (vendor === 'talkdesk') return [...parts, `job-${id}`];
  return ['api', 'v1', 'exports', parts[5] ?? '', 'export_files', id];
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let place = 0; place < text.length; place += 1)
    value = Math.imul(value ^ text.charCodeAt(place), 0x01000193);
  return value >>> 0;
}
