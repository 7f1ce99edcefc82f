import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { CancelSignal } from '../../export/ports.ts';
import type { Delivery } from '../../export/store.ts';
import type { WebhookEndpoint } from '../../export/webhook-endpoint.ts';
import { type ResolveHost, resolveByDns, shareLookups } from '../../http/addresses.ts';
import { type PostEnd, type PostFault, postOnce } from '../../http/post.ts';
import type { Clock } from '../../runtime/clock.ts';
import { type LinksFor, toBody, toTestBody, type WebhookBody, type WebhookFile } from './message.ts';

/** A receiver has so long to answer, in milliseconds. */
export const SEND_TIMEOUT_MS = 15_000;
/** Files that cannot be described within so long are left out. */
const LINKS_TIMEOUT_MS = 5_000;
const USER_AGENT = 'Waybill-Webhooks';

export interface SenderParts {
  readonly clock: Clock;
  readonly linksFor: LinksFor;
  readonly resolveHost?: ResolveHost | undefined;
}

/** How an attempt ended. */
export interface SendEnd {
  readonly outcome:
    | 'delivered'
    | 'gone' // the endpoint wants nothing any more
    | 'stopped' // given up by this gateway itself
    | 'failed';
  /** An HTTP status, or why there was none. */
  readonly result: string;
  readonly status: number | null;
  readonly retryAfterMs: number | undefined;
  readonly durationMs: number;
}

/** Signs webhooks and sends them: one attempt each. */
export class WebhookSender {
  private readonly parts: SenderParts;
  private readonly resolveHost: ResolveHost;

  constructor(parts: SenderParts) {
    this.parts = parts;
    this.resolveHost = shareLookups(parts.resolveHost ?? resolveByDns);
  }

  /** One attempt. Never rejects. */
  async send(endpoint: WebhookEndpoint, delivery: Delivery, signal?: CancelSignal): Promise<SendEnd> {
    const startedAt = this.parts.clock.now();
    const files = await this.describeFiles(delivery);
    return this.post(endpoint, delivery.id, toBody(delivery, files), startedAt, signal);
  }

  /** Sends a message about no export, which nobody owes and nobody sends again. Never rejects. */
  sendTest(endpoint: WebhookEndpoint): Promise<SendEnd & { readonly id: string }> {
    const now = this.parts.clock.now();
    const id = `msg_test_${randomUUID().replaceAll('-', '')}`;
    return this.post(endpoint, id, toTestBody(now), now, undefined).then((end) => ({ ...end, id }));
  }

  private async post(
    endpoint: WebhookEndpoint,
    id: string,
    message: WebhookBody,
    startedAt: number,
    signal: CancelSignal | undefined,
  ): Promise<SendEnd> {
    const { clock } = this.parts;
    const body = JSON.stringify(message);
    const headers = sign(endpoint.secrets, id, body, clock.now());
    const { url, allowPrivate } = endpoint;
    const end = await postOnce(
      { url, headers, body, allowPrivate },
      { clock, timeoutMs: SEND_TIMEOUT_MS, signal, resolveHost: this.resolveHost },
    );
    return { ...toEnd(end), durationMs: clock.now() - startedAt };
  }

  /** Null before the end, and where they cannot be described now: what happened is told all the same. */
  private async describeFiles(delivery: Delivery): Promise<readonly WebhookFile[] | null> {
    const { clock, linksFor } = this.parts;
    if (delivery.snapshot === null || delivery.snapshot.files === null) return null;
    return new Promise((resolve) => {
      const cancel = clock.setTimer(LINKS_TIMEOUT_MS, () => resolve(null));
      const settle = (files: readonly WebhookFile[] | null) => {
        cancel();
        resolve(files);
      };
      Promise.resolve(delivery)
        .then(linksFor)
        .then(settle, () => settle(null));
    });
  }
}

/** By Standard Webhooks: one signature for each secret, over id, second and body. */
function sign(
  secrets: readonly string[],
  id: string,
  body: string,
  now: number,
): Readonly<Record<string, string>> {
  const at = new Date(now);
  return {
    'content-type': 'application/json',
    'user-agent': USER_AGENT,
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  };
}

function toEnd(end: PostEnd): Omit<SendEnd, 'durationMs'> {
  if ('fault' in end) return { ...toFailure(end.fault), retryAfterMs: undefined };
  const { status, retryAfterMs } = end;
  return { outcome: toOutcome(status), result: String(status), status, retryAfterMs };
}

function toFailure(fault: PostFault): Pick<SendEnd, 'outcome' | 'result' | 'status'> {
  return { outcome: fault === 'stopped' ? 'stopped' : 'failed', result: fault, status: null };
}

function toOutcome(status: number): SendEnd['outcome'] {
  if (status >= 200 && status < 300) return 'delivered';
  return status === 410 ? 'gone' : 'failed';
}
