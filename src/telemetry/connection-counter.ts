/** What went out to callers who hold a connection open, counted where it is written. */
export class ConnectionCounter {
  /** Answers written to subscribers. */
  readonly pushes = { websocket: 0, sse: 0 };
  /** Whoever was cut off because it did not read. */
  readonly slowConsumersClosed = { websocket: 0, sse: 0 };
}
