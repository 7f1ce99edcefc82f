import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** The open connections of a server that is about to close; websockets are their own affair. */
export interface Connections {
  /** Ends each connection that has no answer under way now, and each other one as soon as its answer is sent. */
  closeWhenIdle(): void;
}

/**
 * Keeps count of the answers under way on each connection.
 *
 * Node's own `closeIdleConnections` leaves connections alone on which nothing was ever asked, as browsers open them in
 * advance, and those whose answer ends later stay open for the time of keep-alive: a drain would wait for both.
 */
export function trackConnections(server: Server): Connections {
  const underWay = new Map<Socket, number>();
  let isClosing = false;

  server.on('connection', (socket: Socket) => {
    underWay.set(socket, 0);
    socket.once('close', () => underWay.delete(socket));
  });
  server.on('upgrade', ({ socket }) => underWay.delete(socket));
  server.on('request', ({ socket }, response) => {
    underWay.set(socket, (underWay.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = (underWay.get(socket) ?? 1) - 1;
      if (underWay.has(socket)) underWay.set(socket, left);
      if (isClosing && left === 0) socket.destroySoon();
    });
  });

  return {
    closeWhenIdle() {
      isClosing = true;
      for (const [socket, answers] of underWay) {
        if (answers === 0) socket.destroySoon();
      }
    },
  };
}
