import type { WaybillError } from './error.ts';
import type { Fields } from './read.ts';

/** One of the documents that the client sends. */
export interface Operation {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Where a stream's events go. */
export interface StreamSink {
  /** @param event - as it came */
  next(event: Fields): void;
  /** The gateway ended this one stream. @param error - null where it is complete */
  end(error: WaybillError | null): void;
}

/** A way to the gateway, for the life of one connection. */
export interface Transport {
  /** @returns the function that stops the stream; its sink hears nothing more */
  open(operation: Operation, sink: StreamSink): () => void;
  /** Finds out soon whether the connection still stands. */
  probe?(): void;
  /** The host hears nothing more. */
  close(): void;
}

/** The code of a connection that is given up for one with a newer token. */
export const EXPIRING = 'EXPIRING';

/** Who holds a transport. */
export interface TransportHost {
  /** It got through; called once. */
  onLive(): void;
  /** It is over, with all of its streams; called once, and nothing afterwards. */
  onLost(error: WaybillError): void;
  /** True where another token may be had. */
  readonly isRenewable: boolean;
  /** @returns what proves the caller from then on */
  renew(why: 'expiring' | 'refused'): Promise<Credentials>;
}

/** What proves the caller. */
export interface Credentials {
  readonly token: string | undefined;
  readonly vendorTokens: Readonly<Record<string, string>>;
}
