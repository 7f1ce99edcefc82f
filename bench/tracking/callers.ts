import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { KEY } from './setup.ts';
import { REPORT_ID } from './vendor.ts';

/** Which account's exports: those of a vendor with a list call, or without one. */
export type Kind = 'listing' | 'plain';

/** As many as the bounds on aliases and tokens allow. */
const PER_REQUEST = 20;
const REQUESTS_AT_ONCE = 8;

/** Tracks the exports with the numbers `from` to `to`, both included, as a script of an operator would. */
export async function trackExports(url: string, kind: Kind, from: number, to: number): Promise<void> {
  let next = from;
  const work = async (): Promise<void> => {
    while (next <= to) {
      const first = next;
      next += PER_REQUEST;
      await trackSome(url, kind, first, Math.min(to, first + PER_REQUEST - 1));
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, work));
}

async function trackSome(url: string, kind: Kind, from: number, to: number): Promise<void> {
  const ids = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const fields = ids.map(
    (id) => `t${id}: trackExport(locator: ${toLocator(kind, id)}) { tracking { trackedAt } }`,
  );
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ query: `mutation { ${fields.join('\n')} }` }),
  });
  const { errors } = (await response.json()) as { readonly errors?: readonly { readonly message: string }[] };
  if (errors !== undefined) throw new Error(`Not tracked: ${errors[0]?.message}`);
}

function toLocator(kind: Kind, id: number): string {
  return kind === 'plain'
    ? `{ powerBi: { reportId: "${REPORT_ID}", exportId: "${id}" } }`
    : `{ hiEnergy: { exportId: "${id}" } }`;
}

/** Subscribers of the list of tracked exports, each with a socket of its own. */
export interface Subscribers extends AsyncDisposable {
  /** Events that came to all of them. */
  readonly events: number;
}

export function subscribe(url: string, count: number): Subscribers {
  let events = 0;
  const clients = Array.from({ length: count }, () =>
    createClient({
      url: `${url.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${KEY}` },
    }),
  );
  for (const client of clients)
    client.subscribe(
      { query: 'subscription { trackedExportEvents { __typename cursor exportId export { status } } }' },
      {
        next(result) {
          if (result.errors !== undefined) throw new Error(result.errors[0]?.message);
          events += 1;
        },
        error: (error) => {
          throw error instanceof Error ? error : new Error(JSON.stringify(error));
        },
        complete: () => undefined,
      },
    );
  return {
    get events() {
      return events;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client.dispose();
    },
  };
}
