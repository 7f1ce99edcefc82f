import type { ExportEvent } from '../export/events.ts';
import { Channel, type EventSink } from './channel.ts';
import { StreamClosedError } from './stream-closed-error.ts';

/** What happens to some exports, for one subscriber, to be read in one of two ways: by `next`, or through a sink. */
export interface EventSource extends AsyncIterableIterator<ExportEvent, undefined, void> {
  /** Gives events to the sink as they come. */
  pipe(sink: EventSink): void;
  /** The sink is ready again. */
  resume(): void;
  /** Tells that the caller's access ends at `expiresAt`, epoch milliseconds; after the first states where they are still to come. */
  warn(expiresAt: number): void;
  /** Ends the stream with an error after what waits in it. @param toError - is given the cursor of the last event handed out */
  fail(toError: (cursor: string | null) => Error): void;
}

/** What streams count together. */
export interface StreamTally {
  events: number;
  slowConsumersClosed: number;
}

/** How one subscriber's stream is read, whatever it tells. Nothing is held before the first `next()` or `pipe()`. */
export abstract class ChannelStream implements EventSource {
  protected readonly channel: Channel;
  protected phase: 'new' | 'joining' | 'live' | 'closed' = 'new';

  constructor(maxPending: number) {
    this.channel = new Channel(maxPending);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<ExportEvent, undefined>> {
    if (this.phase === 'new') this.start();
    return this.channel.next();
  }

  pipe(sink: EventSink): void {
    this.channel.pipe(sink);
    if (this.phase === 'new') this.start();
  }

  resume(): void {
    this.channel.resume();
  }

  return(): Promise<IteratorResult<ExportEvent, undefined>> {
    this.leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  fail(toError: (cursor: string | null) => Error): void {
    this.channel.fail(toError);
    this.finish();
  }

  abstract warn(expiresAt: number): void;

  /** It is read for the first time. */
  protected abstract start(): void;

  /** Lets go of everything; called once it is over, perhaps more than once. */
  protected abstract finish(): void;

  /** Ends without a word. */
  protected leave(): void {
    this.channel.clear();
    this.channel.end();
    this.finish();
  }

  /** Gives an event to the subscriber; one that does not read is cut off. */
  protected offer(event: ExportEvent, tally: StreamTally): void {
    tally.events += 1;
    if (this.channel.offer(event)) return;
    tally.slowConsumersClosed += 1;
    this.channel.clear();
    const message = 'This subscriber reads too slowly: resume with the last cursor.';
    this.fail((cursor) => new StreamClosedError('SLOW_CONSUMER', message, cursor));
  }
}
