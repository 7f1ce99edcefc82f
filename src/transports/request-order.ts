import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TakeTurn } from '../operations/turns.ts';

/** Begins the work on a request when it is its turn; never, where the client has left before. */
export type InOrder = (request: IncomingMessage, response: ServerResponse, work: () => void) => void;

/**
 * The requests of one connection one after the other, those of different connections by turns.
 *
 * A client may send a thousand requests in one piece without waiting for an answer, and Node hands all of them over at once.
 * Their answers have to keep their order anyway, so nothing is lost by beginning each when the one before is answered; and everybody
 * else gets a turn in between.
 */
export function createRequestOrder(takeTurn: TakeTurn): InOrder {
  const behind = new WeakMap<Socket, (() => void)[]>();

  function begin(request: IncomingMessage, work: () => void): void {
    void takeTurn().then(() => {
      if (!request.destroyed) work();
    });
  }

  return (request, response, work) => {
    const { socket } = request;
    const queue = behind.get(socket);
    if (queue === undefined) {
      behind.set(socket, []);
      begin(request, work);
    } else queue.push(() => begin(request, work));
    response.once('close', () => {
      const next = behind.get(socket)?.shift();
      if (next === undefined) behind.delete(socket);
      else next();
    });
  };
}
