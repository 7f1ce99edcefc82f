import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { Random } from '../../../src/runtime/clock.ts';

/** What was told of one kind of event of one export. */
export interface ToldEvent {
  /** By `webhook-id`: how often it was taken. */
  readonly taken: Map<string, number>;
}

/** An endpoint for webhooks that checks signatures, refuses some, and counts. */
export interface CrashReceiver extends AsyncDisposable {
  readonly url: string;
  /** By export and type: `id export.succeeded`. */
  readonly events: ReadonlyMap<string, ToldEvent>;
  /** Deliveries that were taken, repetitions included. */
  readonly deliveries: number;
  /** Ends that were told before the export was told to be tracked. */
  readonly outOfOrder: number;
  readonly wrongSignatures: number;
  /** From now on it takes everything. */
  behave(): void;
}

/** Of the first attempts, so many are refused or cut off. */
const REFUSED = 0.1;
const ENDS: ReadonlySet<string> = new Set(['export.succeeded', 'export.failed']);

export async function startCrashReceiver(secret: string, random: Random): Promise<CrashReceiver> {
  const webhook = new Webhook(secret);
  const events = new Map<string, ToldEvent>();
  const attempted = new Set<string>();
  const counts = { deliveries: 0, outOfOrder: 0, wrongSignatures: 0 };
  let refused = REFUSED;

  function take(webhookId: string, exportId: string, type: string): void {
    const name = toEventName(exportId, type);
    const event: ToldEvent = events.get(name) ?? { taken: new Map() };
    events.set(name, event);
    if (ENDS.has(type) && !events.has(toEventName(exportId, 'export.tracked'))) counts.outOfOrder += 1;
    event.taken.set(webhookId, (event.taken.get(webhookId) ?? 0) + 1);
    counts.deliveries += 1;
  }

  const server = createServer(async (request, response) => {
    let text = '';
    try {
      for await (const piece of request) text += piece;
    } catch {
      return; // Its sender was killed.
    }
    const id = String(request.headers['webhook-id']);
    try {
      webhook.verify(text, request.headers as Record<string, string>);
    } catch {
      counts.wrongSignatures += 1;
    }
    const isFirst = !attempted.has(id);
    attempted.add(id);
    if (isFirst && random.next() < refused) {
      if (random.next() < 0.5) request.socket.destroy();
      else response.writeHead(503).end();
      return;
    }
    const { type, data } = JSON.parse(text) as {
      readonly type: string;
      readonly data: { readonly id: string };
    };
    take(id, data.id, type);
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    events,
    get deliveries() {
      return counts.deliveries;
    },
    get outOfOrder() {
      return counts.outOfOrder;
    },
    get wrongSignatures() {
      return counts.wrongSignatures;
    },
    behave() {
      refused = 0;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function toEventName(exportId: string, type: string): string {
  return `${exportId} ${type}`;
}
