/** The store can never work as it is configured: the start ends with this one line. It may name the operator's own path, never a URL. */
export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError';
  /** What stands in the way and what to do, as the end of a sentence. */
  readonly reason: string;

  constructor(reason: string) {
    super(`The store cannot be opened: ${reason}.`);
    this.reason = reason;
  }
}
