import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Locator, toVendorPath } from '../harness/operations.ts';
import { announce, readByPool, readSettings } from './read.ts';
import { SharedPolls, type ShownEvent } from './shared-polls.ts';

/** The limit: one poll loop per export, one text for each change, and `socket.send` of it to each subscriber. No GraphQL. */
const settings = readSettings();
const followers = new Map<string, Set<WebSocket>>();
const polls = new SharedPolls({
  read: readByPool(settings),
  pollMs: settings.pollMs ?? 1_000,
  publish: (key, event) => {
    const frame = toFrame(event);
    for (const socket of followers.get(key) ?? []) socket.send(frame, { binary: false });
  },
});

function toFrame({ cursor, at, exportId, export: shown }: ShownEvent): Buffer {
  const { id, name, status, rawStatus, updatedAt, progress, observation } = shown;
  const fields = {
    id,
    name,
    status,
    rawStatus,
    updatedAt,
    progress: { percent: progress?.percent },
    observation,
  };
  const payload = { data: { exportEvents: { cursor, at, exportId, export: fields } } };
  return Buffer.from(JSON.stringify({ id: '1', type: 'next', payload }));
}

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket: WebSocket) => {
  socket.on('message', async (data) => {
    const { type, payload } = JSON.parse(String(data));
    if (type === 'connection_init') return socket.send('{"type":"connection_ack"}');
    const [locator] = (payload as { variables: { locators: readonly [Locator] } }).variables.locators;
    const key = toVendorPath(locator);
    const leave = polls.join(key, locator);
    const group = followers.get(key) ?? new Set<WebSocket>();
    followers.set(key, group.add(socket));
    socket.once('close', () => {
      group.delete(socket);
      leave();
    });
    const first = await polls.snapshot(key);
    if (first !== undefined) socket.send(toFrame(first), { binary: false });
  });
});
server.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port));
