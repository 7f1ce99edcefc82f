import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An endpoint for webhooks that counts what it is sent. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** How often each event was sent, by `webhook-id`. */
  readonly attempts: ReadonlyMap<string, number>;
  /** The exports that were told of, by global id, each with its events that were taken. */
  readonly taken: ReadonlyMap<string, ReadonlySet<string>>;
}

/** @param refuses - true for an attempt, counted from 1, that is answered 503 */
export async function startReceiver(refuses: (attempt: number) => boolean): Promise<Receiver> {
  const attempts = new Map<string, number>();
  const taken = new Map<string, Set<string>>();
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const id = String(request.headers['webhook-id']);
    const attempt = (attempts.get(id) ?? 0) + 1;
    attempts.set(id, attempt);
    if (refuses(attempt)) return void response.writeHead(503).end();
    const { data } = JSON.parse(text) as { readonly data: { readonly id: string } };
    taken.set(data.id, (taken.get(data.id) ?? new Set()).add(id));
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    attempts,
    taken,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
