import { once } from 'node:events';
import { connect as connectTo, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut. */
export interface CuttableProxy {
  readonly port: number;
  /** New connections are closed, and so are those of before. */
  cut(): void;
  /** Connections stay as they are, and nothing more comes through; new ones are taken and hear nothing. */
  hang(): void;
  /** New connections come through again; those that hung are closed. */
  heal(): void;
  close(): Promise<void>;
}

type Mode = 'open' | 'cut' | 'hung';

export async function startProxy(target: number, ownPort = 0): Promise<CuttableProxy> {
  let mode: Mode = 'open';
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    keep(socket);
    if (mode === 'cut') socket.destroy();
    if (mode !== 'open') return;
    const other = keep(connectTo(target, '127.0.0.1'));
    socket.pipe(other).pipe(socket);
  });
  function keep(socket: Socket): Socket {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    return socket;
  }
  function drop(): void {
    for (const socket of sockets) socket.destroy();
  }
  server.listen(ownPort, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    cut() {
      mode = 'cut';
      drop();
    },
    hang() {
      mode = 'hung';
      for (const socket of sockets) socket.unpipe();
    },
    heal() {
      mode = 'open';
      drop();
    },
    async close() {
      drop();
      server.close();
      await once(server, 'close');
    },
  };
}
