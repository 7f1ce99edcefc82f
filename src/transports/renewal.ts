import type { IncomingHttpHeaders } from 'node:http';
import type { Authenticate } from '../access/authenticate.ts';
import type { Peer } from './websocket-connection.ts';

/** Peers whose newer token is being checked: one at a time, so that a flood of them costs one check each. */
const checking = new WeakSet<Peer>();

/**
 * Answers a `ping`. One that carries an `authorization` renews the peer's access: its streams go on as if nothing had been.
 *
 * The answer is a `pong` with `{ "access": "renewed", "expiresAt": … }` or `{ "access": "refused", "message": … }`; any other ping
 * is answered with what it brought.
 */
export async function answerPing(peer: Peer, payload: unknown, authenticate: Authenticate): Promise<void> {
  const isRenewal = typeof payload === 'object' && payload !== null && 'authorization' in payload;
  const answer = isRenewal ? await renew(peer, payload, authenticate) : payload;
  await peer.send(JSON.stringify({ type: 'pong', ...(answer === undefined ? {} : { payload: answer }) }));
}

async function renew(peer: Peer, payload: object, authenticate: Authenticate): Promise<object> {
  const { session } = peer;
  if (session === null) return refuse('Send connection_init first.');
  if (checking.has(peer)) return refuse('Another token is being checked: send this one after its answer.');
  checking.add(peer);
  try {
    const caller = await authenticate(toHeaders(payload as Record<string, unknown>));
    if ('refusal' in caller) return refuse(caller.refusal);
    if (!session.renew(caller))
      return refuse('This token is another caller’s, or comes too late: connect again.');
    const { expiresAt } = caller;
    return { access: 'renewed', expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString() };
  } finally {
    checking.delete(peer);
  }
}

function refuse(message: string): object {
  return { access: 'refused', message };
}

/** What `connection_init` or a renewal says, as the headers that would say it over HTTP: browsers can send none with a socket. */
export function toHeaders(said: Readonly<Record<string, unknown>> = {}): IncomingHttpHeaders {
  const texts = Object.entries(said).filter(([, value]) => typeof value === 'string');
  const tokens = Object.entries(said.vendorTokens ?? {}).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries([
    ...texts.map(([name, value]) => [name.toLowerCase(), value]),
    ...tokens.map(([account, token]) => [`x-waybill-token-${account}`, token]),
  ]);
}
