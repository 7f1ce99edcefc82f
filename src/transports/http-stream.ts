import type { AccessSessions } from '../access/sessions.ts';
import type { AnswerSink, AnswerStream } from '../operations/answer-stream.ts';
import type { FormattedError } from '../operations/errors.ts';
import type { Origin } from '../operations/reports.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ConnectionCounter } from '../telemetry/connection-counter.ts';
import type { StreamFormat } from './stream-formats.ts';

/** Proxies close a connection on which nothing comes. */
const HEARTBEAT_MS = 12_000;
/** That may wait for one response before its events have to: with less, progress that comes in one go would be told in part. */
const MAX_GATHERED_BYTES = 65_536;

export interface HttpStreamSettings {
  readonly stream: AnswerStream;
  readonly format: StreamFormat;
  readonly origin: Origin;
  readonly sessions: AccessSessions;
  readonly clock: Clock;
  readonly counter: ConnectionCounter;
  /** Ends the connection in the middle of the answer. */
  readonly breakOff: () => void;
}

/**
 * The body of an answer that is a stream: server-sent events, or parts.
 *
 * Where the gateway drains, it breaks off without an end, so that a client that reconnects by itself does.
 */
export function toStreamBody(settings: HttpStreamSettings): ReadableStream<Uint8Array> {
  const { stream } = settings;
  let sink: HttpSink | null = null;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        sink = new HttpSink(controller, settings);
        stream.pipe(sink);
      },
      pull() {
        stream.resume();
      },
      cancel() {
        sink?.close();
        stream.close();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MAX_GATHERED_BYTES }),
  );
}

class HttpSink implements AnswerSink {
  private readonly controller: ReadableStreamDefaultController<Uint8Array>;
  private readonly format: StreamFormat;
  private readonly counter: ConnectionCounter;
  private readonly breakOff: () => void;
  private readonly session: { close(): void };
  private cancelHeartbeat: () => void;

  constructor(
    controller: ReadableStreamDefaultController<Uint8Array>,
    { stream, format, origin, sessions, clock, counter, breakOff }: HttpStreamSettings,
  ) {
    this.controller = controller;
    this.format = format;
    this.counter = counter;
    this.breakOff = breakOff;
    this.session = sessions.open(origin.caller, {
      onExpiring: (expiresAt) => stream.warn(expiresAt),
      onEnded: (toError) => stream.fail(toError),
    });
    const beat = (): void => {
      this.write(format.heartbeat);
      this.cancelHeartbeat = clock.setTimer(HEARTBEAT_MS, beat);
    };
    this.cancelHeartbeat = clock.setTimer(HEARTBEAT_MS, beat);
    this.write(format.opening);
  }

  get isReady(): boolean {
    return (this.controller.desiredSize ?? 0) > 0;
  }

  next(json: Buffer, cursor: string): void {
    this.counter.pushes.sse += 1;
    this.controller.enqueue(this.format.next(json, cursor));
  }

  finish(error: FormattedError | null, isSlow: boolean): void {
    this.close();
    if (isSlow) this.counter.slowConsumersClosed.sse += 1;
    if (error?.extensions.code === 'SERVER_DRAINING') this.breakOff();
    else this.write(error === null ? this.format.complete : this.format.error(error));
    this.controller.close();
  }

  close(): void {
    this.cancelHeartbeat();
    this.session.close();
  }

  private write(text: string): void {
    this.controller.enqueue(Buffer.from(text));
  }
}
