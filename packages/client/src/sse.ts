import { toFirstError, toNetworkError } from './answers.ts';
import { WaybillError } from './error.ts';
import { type HttpSettings, send, toRefusal } from './http.ts';
import { parse, toFields } from './read.ts';
import type { Credentials, Operation, StreamSink, Transport, TransportHost } from './transport.ts';

/** The gateway says something every 12 seconds; what holds it back on the way is no way. */
const SILENCE_MS = 30_000;
const PROBE_MS = 15_000;
/** The first line comes at once. */
const OPENING_TIMEOUT_MS = 8_000;

/** Server-sent events, a request for each stream. It is live once the first line of one has come through. */
export function openSse(settings: HttpSettings, credentials: Credentials, host: TransportHost): Transport {
  const running = new Set<AbortController>();
  const timers = new Map<AbortController, () => void>();
  let isOver = false;
  let isLive = false;
  let proof = credentials;

  function lose(error: WaybillError): void {
    if (isOver) return;
    end();
    host.onLost(error);
  }

  function end(): void {
    isOver = true;
    for (const each of [...running]) stop(each);
  }

  function stop(each: AbortController): void {
    running.delete(each);
    timers.get(each)?.();
    timers.delete(each);
    each.abort();
  }

  /** What has been silent for that long is lost. */
  function listen(each: AbortController, silenceMs: number): void {
    timers.get(each)?.();
    if (!running.has(each)) return;
    const cancel = settings.clock.setTimer(silenceMs, () =>
      lose(toNetworkError('Nothing was heard from the gateway any more.')),
    );
    timers.set(each, cancel);
  }

  function live(): void {
    if (isOver || isLive) return;
    isLive = true;
    host.onLive();
  }

  async function run(operation: Operation, sink: StreamSink, own: AbortController): Promise<void> {
    const isDeaf = (): boolean => own.signal.aborted;
    listen(own, OPENING_TIMEOUT_MS);
    try {
      const response = await send(settings, proof, operation, 'text/event-stream', own.signal);
      if (!response.ok || response.body === null) throw toRefusal(response, await response.text());
      for await (const { event, data } of readEvents(response.body, () => {
        listen(own, SILENCE_MS);
        live();
      })) {
        if (isDeaf()) return;
        const { data: answer, errors } = event === 'next' ? parse(data) : {};
        const error = toFirstError(errors);
        if (event === 'complete' || error !== undefined) {
          stop(own);
          sink.end(error ?? null);
          return;
        }
        const told = toFields(Object.values(toFields(answer))[0]);
        if (told.__typename === 'SubscriptionTokenExpiring') void renew();
        else if (answer !== undefined) sink.next(told);
      }
      if (!isDeaf()) lose(toNetworkError('The connection to the gateway broke.'));
    } catch (error) {
      if (isDeaf()) return;
      // The gateway has spoken: this is about the stream, or about the caller.
      if (error instanceof WaybillError && error.code !== 'BAD_ANSWER' && isLive) {
        stop(own);
        sink.end(error);
      } else {
        lose(error instanceof WaybillError ? error : toNetworkError('The gateway cannot be reached.', error));
      }
    }
  }

  /** There is no way back to the gateway on a stream: a newer token opens the streams anew, behind what they told last. */
  async function renew(): Promise<void> {
    const newer = await host.renew('expiring').catch(() => null);
    if (newer === null || isOver) return;
    proof = newer;
    lose(new WaybillError('The streams go on with a newer token.', { code: 'RENEWED', retryable: true }));
  }

  return {
    open(operation, sink) {
      const own = new AbortController();
      running.add(own);
      void run(operation, sink, own);
      return () => stop(own);
    },
    probe() {
      for (const each of running) listen(each, PROBE_MS);
    },
    close: end,
  };
}

interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

/** The events of a body. @param onBytes - called whenever anything came, comments included */
async function* readEvents(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<ServerSentEvent, void, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      text += decoder.decode(value, { stream: true });
      const blocks = text.split(/\r?\n\r?\n/);
      text = blocks.pop() ?? '';
      for (const block of blocks) yield toServerSentEvent(block);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function toServerSentEvent(block: string): ServerSentEvent {
  let event = '';
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const [, field, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === 'event') event = value;
    if (field === 'data') data.push(value);
  }
  return { event, data: data.join('\n') };
}
