/** Where the bytes of a download go. */
export interface Destination {
  /** Bytes that are there already, in order from the file's beginning. */
  readonly heldBytes: number;
  /** The strong validator of the file they are of; null where they cannot be resumed. */
  readonly heldEtag: string | null;
  /** Throws away what is there and begins anew. @throws CommandError where it cannot */
  restart(etag: string | null): Promise<void>;
  /** Adds bytes; one call at a time. */
  write(chunk: Uint8Array): Promise<void>;
}
