import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { CALLERS, type Caller, TENANT_COUNT, toHookSecret } from './cast.ts';
import type { Ledger } from './ledger.ts';
import { noteLinks } from './links.ts';
import type { Owners } from './owners.ts';
import type { FileLink } from './world.ts';

/** The webhook receivers of all tenants, on one port. */
export interface HookReceiver extends AsyncDisposable {
  readonly url: string;
  /** How many test webhooks each tenant was sent. */
  readonly tests: readonly number[];
}

export interface HookReceiverParts {
  readonly owners: Owners;
  readonly ledger: Ledger;
  /** File links that tenants were given. */
  readonly links: { add(link: FileLink): void };
  /** Where the vendors are: no webhook ever leads there. */
  readonly vendorUrl: string;
}

interface Message {
  readonly type: string;
  readonly data: { readonly files?: readonly { readonly url: string }[] | null };
}

/** Of so many webhooks one is not taken, so that attempts are repeated. */
const REFUSED_EACH = 7;
/** No credential, whosever it is, is told to a receiver. */
const CREDENTIALS = /secret-of-|access-token-|own-token-|key-of-caller-|whsec_/;

/** Starts the receivers: each looks at everything that it is sent. */
export async function startHookReceiver(parts: HookReceiverParts): Promise<HookReceiver> {
  const { ledger } = parts;
  const tests = Array.from({ length: TENANT_COUNT }, () => 0);
  const server = createServer(async (request, response) => {
    const tenant = Number(/^\/hooks\/(\d)$/.exec(request.url ?? '')?.[1]);
    let body = '';
    for await (const piece of request) body += String(piece);
    ledger.counts.webhooks += 1;
    if (inspect(parts, tenant, request.headers, body) === 'webhook.test')
      tests[tenant] = (tests[tenant] ?? 0) + 1;
    response.writeHead(ledger.counts.webhooks % REFUSED_EACH === 0 ? 503 : 204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** @returns what the webhook tells */
function inspect(
  { owners, ledger, links, vendorUrl }: HookReceiverParts,
  tenant: number,
  headers: IncomingHttpHeaders,
  body: string,
): string {
  const told = `${JSON.stringify(headers)}\n${body}`;
  // What is read with a caller's own token is never told.
  const expectation = owners.expect(CALLERS[2 * tenant] as Caller, false);
  ledger.inspect('webhook', told, expectation);
  if (CREDENTIALS.test(told)) ledger.report('webhook', 'a credential', told);
  if (told.includes(new URL(vendorUrl).host)) ledger.report('webhook', 'a link to a vendor', told);
  if (headers['webhook-signature'] !== sign(tenant, headers, body))
    ledger.report('webhook', 'a signature of somebody else', told);
  const { type, data } = JSON.parse(body) as Message;
  noteLinks({ ledger, links }, data, expectation.owners);
  return type;
}

/** What a receiver of this tenant expects; by the schedule's time, which the library's own check would call old. */
function sign(tenant: number, headers: IncomingHttpHeaders, body: string): string {
  const at = new Date(1_000 * Number(headers['webhook-timestamp']));
  return new Webhook(toHookSecret(tenant)).sign(String(headers['webhook-id']), at, body);
}
