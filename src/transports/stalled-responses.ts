import type { Socket } from 'node:net';
import type { Clock } from '../runtime/clock.ts';
import type { Answer } from '../web/http-server.ts';

/** How often open responses are looked at. */
const CHECK_MS = 2_500;
/** A response of which the peer took nothing for this long, though something waits for it, has stalled. */
const STALLED_AFTER_MS = 10_000;

/** A connection, and the response under way on it: there is one at a time. */
interface Connection {
  response: Answer | null;
  /** What the peer had taken when something waited for it, and since when; null while nothing does. */
  stuck: { readonly sentBytes: number; readonly at: number } | null;
}

/** Ends responses whose peer has stopped reading, so that none of them holds memory or a stream for ever. */
export interface StalledResponses {
  /** Looks after this response until it is closed. */
  watch(response: Answer): void;
}

/**
 * One timer for all of them, and none while there is none.
 *
 * Kept by connection, not by response: a `Map` whose entries come and go with each request is copied again and again, and what its old
 * copies held outlives the request by far, until the next full collection.
 */
export function createStalledResponses(clock: Clock, onStalled: () => void): StalledResponses {
  const connections = new Map<Socket, Connection>();
  let isTicking = false;

  function tick(): void {
    if (isTicking) return;
    isTicking = true;
    clock.setTimer(CHECK_MS, () => {
      isTicking = false;
      let isAnyOpen = false;
      for (const connection of connections.values()) {
        if (connection.response === null) continue;
        isAnyOpen = true;
        check(connection, connection.response);
      }
      if (isAnyOpen) tick();
    });
  }

  function check(connection: Connection, response: Answer): void {
    if (!response.writableNeedDrain) {
      connection.stuck = null;
      return;
    }
    const sentBytes = countSent(response);
    if (connection.stuck?.sentBytes !== sentBytes) connection.stuck = { sentBytes, at: clock.now() };
    else if (clock.now() - connection.stuck.at >= STALLED_AFTER_MS) {
      onStalled();
      response.destroy();
    }
  }

  function connectionOf(socket: Socket): Connection {
    const known = connections.get(socket);
    if (known !== undefined) return known;
    const connection: Connection = { response: null, stuck: null };
    connections.set(socket, connection);
    socket.once('close', () => connections.delete(socket));
    return connection;
  }

  return {
    watch(response) {
      const connection = connectionOf(response.req.socket);
      connection.response = response;
      connection.stuck = null;
      response.whenClosed(() => {
        if (connection.response === response) connection.response = null;
      });
      tick();
    },
  };
}

/** Bytes that the kernel has taken: what was written, but for what waits here. */
function countSent({ socket }: Answer): number {
  return socket === null ? 0 : socket.bytesWritten - socket.writableLength;
}
