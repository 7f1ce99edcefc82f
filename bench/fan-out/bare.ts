import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { readSettings } from './child.ts';
import { serveMeasurements } from './measured-server.ts';
import type { ServerSettings } from './server-settings.ts';

/**
 * The limit: the same sockets, and nothing but `socket.send` of one prepared buffer to each. It speaks just enough of the
 * protocol for the clients to be content.
 */
const { listingUrl, pollMs, messageBytes = 600 } = readSettings<ServerSettings & { messageBytes?: number }>();
const frame = '{"id":"00000000-0000-4000-8000-000000000000","type":"next","payload":""}';
const message = Buffer.from(frame.replace('""', `"${'x'.repeat(Math.max(0, messageBytes - frame.length))}"`));

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
/** One entry for each subscription. */
const ready: WebSocket[] = [];
sockets.on('connection', (socket: WebSocket) => {
  socket.on('message', (data) => {
    if (String(data).includes('connection_init')) return socket.send('{"type":"connection_ack"}');
    socket.send(message, { binary: false });
    ready.push(socket);
  });
});

let seen = '';
async function poll(): Promise<void> {
  const response = await fetch(`${listingUrl}/exports/1`);
  const body = (await response.json()) as { readonly export: { readonly status: string } };
  const { status } = body.export;
  if (seen !== '' && status !== seen) for (const socket of ready) socket.send(message, { binary: false });
  seen = status;
  setTimeout(poll, pollMs);
}
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  serveMeasurements({ url: () => `ws://127.0.0.1:${port}` });
  void poll();
});
