import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Answer } from '../web/http-server.ts';

/** Begins the work on a request when the one before it on its connection is answered; never, where the client has left before. */
export type InOrder = (request: IncomingMessage, response: Answer, work: () => void) => void;

/**
 * The requests of one connection, one after the other.
 *
 * A client may send a thousand requests in one piece without waiting for an answer, and Node hands all of them over at once.
 * Their answers have to keep their order anyway, so nothing is lost by beginning each when the one before is answered, in a turn of the
 * event loop of its own.
 */
export function createRequestOrder(): InOrder {
  /** What waits behind the request under way; null while nothing does, as nearly always. */
  const behind = new WeakMap<Socket, (() => void)[] | null>();

  return (request, response, work) => {
    const { socket } = request;
    const begin = (): void => {
      if (!request.destroyed) work();
    };
    const queue = behind.get(socket);
    response.whenClosed(() => {
      const next = behind.get(socket)?.shift();
      if (next === undefined) behind.delete(socket);
      else setImmediate(next);
    });
    if (queue === undefined) {
      behind.set(socket, null);
      begin();
    } else if (queue === null) behind.set(socket, [begin]);
    else queue.push(begin);
  };
}
