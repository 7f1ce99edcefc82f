import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

export interface ToldError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** A subscription over a websocket, its events kept. */
export interface Subscribed {
  /** All events, once there are so many. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever it asked for
  next(count: number): Promise<any[]>;
  /** The error it ends with. */
  error(): Promise<ToldError>;
  stop(): void;
}

export function subscribe(url: string, query: string, variables: object = {}): Subscribed {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  const events: unknown[] = [];
  let failure: ToldError | undefined;
  let wake: () => void = () => undefined;
  const stop = client.subscribe(
    { query, variables: variables as Record<string, unknown> },
    {
      next: ({ data, errors }) => {
        if (errors === undefined) events.push(data);
        else failure = errors[0] as ToldError;
        wake();
      },
      error: (error) => {
        failure = Array.isArray(error) ? (error[0] as ToldError) : { message: String(error) };
        wake();
      },
      complete: () => wake(),
    },
  );
  const until = async (isThere: () => boolean): Promise<void> => {
    while (!isThere())
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  };
  return {
    async next(count) {
      await until(() => events.length >= count || failure !== undefined);
      if (failure !== undefined) throw new Error(failure.message);
      // biome-ignore lint/suspicious/noExplicitAny: see above
      return events as any[];
    },
    async error() {
      await until(() => failure !== undefined);
      return failure as ToldError;
    },
    stop() {
      stop();
      void client.dispose();
    },
  };
}
