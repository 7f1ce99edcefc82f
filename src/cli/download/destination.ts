import { once } from 'node:events';
import { CommandError } from '../command-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { OutputStream } from '../io.ts';

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

/** A download into a pipe: what has gone through cannot be taken back, so it resumes or fails. */
export class StdoutDestination implements Destination {
  heldBytes = 0;
  heldEtag: string | null = null;
  private readonly stream: OutputStream;
  private readonly signal: AbortSignal;

  constructor(stream: OutputStream, signal: AbortSignal) {
    this.stream = stream;
    this.signal = signal;
  }

  async restart(etag: string | null): Promise<void> {
    if (this.heldBytes > 0) {
      throw new CommandError(
        EXIT.failed,
        `The connection broke after ${this.heldBytes} bytes, and this file cannot be resumed: what came out is incomplete.`,
      );
    }
    this.heldEtag = etag;
  }

  async write(chunk: Uint8Array): Promise<void> {
    const hasRoom = this.stream.write(chunk);
    this.heldBytes += chunk.byteLength;
    if (!hasRoom) await once(this.stream, 'drain', { signal: this.signal });
  }
}
