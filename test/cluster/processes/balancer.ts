import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A balancer of TCP connections: each goes to the next gateway that takes it, without stickiness. */
export interface Balancer extends AsyncDisposable {
  readonly port: number;
  /** Where the gateways listen from now on; connections that are open stay where they are. */
  set(ports: readonly number[]): void;
}

export async function startBalancer(): Promise<Balancer> {
  let ports: readonly number[] = [];
  let next = 0;
  const sockets = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    keep(socket);
    forward(socket, ports.length);
  });

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.setNoDelay(true);
  }

  /** One that does not listen is passed over. */
  function forward(socket: Socket, tries: number): void {
    const port = ports[next % Math.max(ports.length, 1)];
    next += 1;
    if (port === undefined || tries === 0) {
      socket.destroy();
      return;
    }
    const other = connect(port, '127.0.0.1');
    other.once('error', () => forward(socket, tries - 1));
    other.once('connect', () => {
      other.removeAllListeners('error');
      keep(other);
      socket.once('close', () => other.destroy());
      other.once('close', () => socket.destroy());
      socket.pipe(other).pipe(socket);
    });
  }

  server.listen(0, '127.0.0.1', 4_096);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    set(to) {
      ports = to;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
