import { toHookKey } from './cast.ts';
import { DELIVERIES, RETRY, SEND_TEST } from './operations.ts';
import { ask } from './query-steps.ts';
import { pickStranger, type Step } from './step.ts';

interface Delivery {
  readonly id: string;
  readonly endpoint: string;
}

/** Webhooks of the caller's tenant, perhaps of another's endpoint, perhaps those after another's delivery. */
export async function queryDeliveries(step: Step): Promise<void> {
  const { world, caller, dice } = step;
  const stranger = pickStranger(dice, caller.tenant);
  const kind = dice.next();
  const endpoint = kind < 0.2 ? toHookKey(stranger) : kind < 0.4 ? toHookKey(caller.tenant) : undefined;
  const last = dice.next() < 0.4 ? world.deliveries.pick(dice.next()) : undefined;
  const variables = { endpoint, after: last?.id };
  const result = await ask(step, { caller, query: DELIVERIES, variables, echoes: new Set([endpoint ?? '']) });
  const told: readonly Delivery[] = result?.data?.webhookDeliveries ?? [];
  world.ledger.counts.deliveries += told.length;
  const isForeign = endpoint === toHookKey(stranger) || (last !== undefined && last.tenant !== caller.tenant);
  if (isForeign && told.length > 0)
    world.ledger.report('deliveries', 'those of another tenant', JSON.stringify(told));
  if (!isForeign) for (const { id } of told) world.deliveries.add({ id, tenant: caller.tenant });
}

/** Sends a webhook again: another tenant's is none. */
export async function retryDelivery(step: Step): Promise<void> {
  const { world, caller, dice } = step;
  const delivery = world.deliveries.pick(dice.next());
  if (delivery === undefined) return;
  const result = await ask(step, { caller, query: RETRY, variables: { id: delivery.id } });
  const retried = result?.data?.retryWebhookDelivery;
  if (retried && delivery.tenant !== caller.tenant)
    world.ledger.report('deliveries', 'one of another tenant is sent again', JSON.stringify(retried));
}

/** Tries an endpoint out: another tenant's is none. */
export async function sendTestWebhook(step: Step): Promise<void> {
  const { world, caller, dice } = step;
  const isForeign = dice.next() < 0.4;
  const tenant = isForeign ? pickStranger(dice, caller.tenant) : caller.tenant;
  const endpoint = toHookKey(tenant);
  if (!isForeign) world.testsAsked[tenant] = (world.testsAsked[tenant] ?? 0) + 1;
  const variables = { endpoint };
  const result = await ask(step, { caller, query: SEND_TEST, variables, echoes: new Set([endpoint]) });
  const sent = result?.data?.sendTestWebhook;
  if (sent && isForeign)
    world.ledger.report('webhook', 'a test to the endpoint of another tenant', JSON.stringify(sent));
}
