/**
 * Sends webhooks from a Postgres store, from the first byte on standard input until it is killed.
 *
 * Its arguments: the database, the endpoint's address and how long it has what it takes, in milliseconds.
 */
import { writeSync } from 'node:fs';
import { systemClock } from '../../../src/runtime/clock.ts';
import { openStore } from '../../../src/store/open.ts';
import { WebhookDispatcher } from '../../../src/tracking/webhooks/dispatcher.ts';
import { WebhookSender } from '../../../src/tracking/webhooks/sender.ts';
import { createTestTools } from '../../support/tools.ts';
import { toEndpoint } from './support.ts';

const [database = '', url = '', leaseMs = ''] = process.argv.slice(-3);
const tools = createTestTools();
const store = await openStore({ kind: 'postgres', url: database }, tools);
const dispatcher = new WebhookDispatcher({
  store: {
    takeDeliveries: (request) => store.takeDeliveries({ ...request, leaseMs: Number(leaseMs) }),
    settleDeliveries: (results) => store.settleDeliveries(results),
    nextDeliveryAt: (busy) => store.nextDeliveryAt(busy),
    wakeEndpoints: (...given) => store.wakeEndpoints(...given),
  },
  sender: new WebhookSender({ clock: systemClock, linksFor: () => [] }),
  endpoints: [toEndpoint({ url })],
  tools,
});
process.stdin.once('data', () => dispatcher.start());
writeSync(1, 'ready\n');
