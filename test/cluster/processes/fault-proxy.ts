import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What becomes of what passes through: `hung`, connections stay and nothing comes through; `cut`, they are closed as they come. */
export type ProxyMode = 'open' | 'hung' | 'cut' | 'refused' | { readonly delayMs: number };

/** One gateway's way to Redis, with faults. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** Bytes that have passed towards the server and back. */
  readonly passed: { up: number; down: number };
  /** After `hung` and a delay connections are closed: what was held back comes through no more, and nothing overtakes it. */
  set(mode: ProxyMode): Promise<void>;
  /** Another server from now on. Connections are closed. */
  aim(port: number): void;
}

export async function startFaultProxy(target: number): Promise<FaultProxy> {
  let mode: ProxyMode = 'open';
  let aimed = target;
  const sockets = new Set<Socket>();
  const passed = { up: 0, down: 0 };
  const server = createServer((socket) => {
    keep(socket);
    if (mode === 'cut') socket.destroy();
    if (mode === 'cut' || mode === 'hung') return;
    const other = keep(connect(aimed, '127.0.0.1'));
    pass(socket, other, 'up');
    pass(other, socket, 'down');
  });

  function keep(socket: Socket): Socket {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    return socket;
  }

  function pass(from: Socket, to: Socket, way: 'up' | 'down'): void {
    from.on('close', () => to.destroy());
    from.on('data', (chunk) => {
      if (mode === 'hung') return;
      passed[way] += chunk.length;
      if (typeof mode === 'object') setTimeout(() => to.write(chunk), mode.delayMs);
      else to.write(chunk);
    });
  }

  function drop(): void {
    for (const socket of sockets) socket.destroy();
  }

  async function listen(port: number): Promise<void> {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  }

  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    passed,
    async set(to) {
      const before = mode;
      mode = to;
      if (to === 'cut' || to === 'refused' || before === 'hung' || typeof before === 'object') drop();
      if (to === 'refused' && server.listening) {
        server.close();
        await once(server, 'close');
      } else if (to !== 'refused' && !server.listening) await listen(port);
    },
    aim(to) {
      aimed = to;
      drop();
    },
    async [Symbol.asyncDispose]() {
      drop();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}
