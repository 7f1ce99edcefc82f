import { Readable } from 'node:stream';
import type { VendorError } from '../export/errors.ts';
import type { Clock } from '../runtime/clock.ts';

export interface FileBodyParts {
  readonly source: Readable;
  readonly clock: Clock;
  /** The longest wait between two pieces, in milliseconds; the time in which nobody reads does not count. */
  readonly idleMs: number;
  readonly signal: AbortSignal | undefined;
  /** The error a reader gets where the vendor falls silent or breaks off. */
  toError(end: 'timeout' | 'connection', cause: unknown): VendorError;
}

/**
 * A vendor's file on its way through: nothing is read ahead of the reader, silence ends it, and destroying it ends the
 * vendor's call.
 */
export class FileBody extends Readable {
  private readonly parts: FileBodyParts;
  /** True while a reader waits for the next piece. */
  private isWanted = false;
  private cancelTimer: () => void = () => undefined;
  private readonly onAbort = (): void => {
    this.destroy(this.parts.signal?.reason);
  };

  constructor(parts: FileBodyParts) {
    super();
    this.parts = parts;
    const { source, signal } = parts;
    // It may break off before anybody reads; whoever reads then still gets the error.
    this.on('error', () => undefined);
    source.on('readable', () => this.passOn());
    source.on('end', () => this.push(null));
    source.on('error', (error) => this.destroy(parts.toError('connection', error)));
    if (signal?.aborted) this.onAbort();
    else signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  override _read(): void {
    this.isWanted = true;
    this.passOn();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.cancelTimer();
    this.parts.signal?.removeEventListener('abort', this.onAbort);
    this.parts.source.destroy();
    callback(error);
  }

  private passOn(): void {
    if (!this.isWanted || this.destroyed) return;
    this.cancelTimer();
    const piece: unknown = this.parts.source.read();
    if (piece === null) {
      this.waitForMore();
      return;
    }
    this.isWanted = false;
    this.push(piece);
  }

  private waitForMore(): void {
    const { clock, idleMs, source, toError } = this.parts;
    if (source.readableEnded) return;
    this.cancelTimer = clock.setTimer(idleMs, () => this.destroy(toError('timeout', undefined)));
  }
}
