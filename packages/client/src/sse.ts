import { toFirstError, toNetworkError } from './answers.ts';
import { WaybillError } from './error.ts';
import { type HttpSettings, send, toRefusal } from './http.ts';
import { type Fields, parse, toFields, toText } from './read.ts';
import {
  type Credentials,
  EXPIRING,
  type Operation,
  type StreamSink,
  type Transport,
  type TransportHost,
} from './transport.ts';

/** The gateway says something every 12 seconds; what holds it back on the way is no way. */
const SILENCE_MS = 30_000;
/** The first line comes at once. */
const OPENING_MS = 8_000;

/** Server-sent events, a request for each stream. It is live once the first line of one has come through. */
export function openSse(settings: HttpSettings, credentials: Credentials, host: TransportHost): Transport {
  const running = new Set<() => void>();
  let isLive = false;

  function close(): void {
    for (const stop of running) stop();
  }

  function lose(error: WaybillError): void {
    close();
    host.onLost(error);
  }

  function open(operation: Operation, sink: StreamSink): () => void {
    const abort = new AbortController();
    const { signal } = abort;
    let cancelTimer = (): void => {};

    function stop(): void {
      running.delete(stop);
      cancelTimer();
      abort.abort();
    }

    /** What has been silent for that long is lost. */
    function listen(silenceMs: number): void {
      cancelTimer();
      cancelTimer = settings.clock.setTimer(silenceMs, () =>
        lose(toNetworkError('Nothing was heard from the gateway any more.')),
      );
    }

    function finish(error: WaybillError | null): void {
      stop();
      sink.end(error);
    }

    function onBytes(): void {
      listen(SILENCE_MS);
      if (!isLive) host.onLive();
      isLive = true;
    }

    function take(event: string, { data, errors }: Fields): void {
      if (event === 'complete') finish(null);
      if (event !== 'next') return;
      const told = toFields(Object.values(toFields(data))[0]);
      if (data == null) finish(toFirstError(errors) ?? null);
      else if (told.__typename === 'SubscriptionTokenExpiring') {
        // There is no way back to the gateway on a stream: a newer token opens them anew, behind what they told last.
        if (host.isRenewable) lose(new WaybillError('The token expires.', { code: EXPIRING }));
      } else sink.next(told);
    }

    async function read(): Promise<void> {
      const response = await send(settings, credentials, operation, 'text/event-stream', signal);
      const type = response.headers.get('content-type') ?? '';
      if (!type.startsWith('text/event-stream')) throw toRefusal(response, await response.text());
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      const decoder = new TextDecoder();
      let text = '';
      for (;;) {
        const { done, value } = await reader.read();
        if (done || signal.aborted) break;
        onBytes();
        const blocks = `${text}${decoder.decode(value, { stream: true })}`.split('\n\n');
        text = toText(blocks.pop());
        for (const block of blocks) {
          const [, event = ''] = /^event: (.*)$/m.exec(block) ?? [];
          const [, data = ''] = /^data: (.*)$/m.exec(block) ?? [];
          if (!signal.aborted) take(event, parse(data));
        }
      }
    }

    running.add(stop);
    listen(OPENING_MS);
    read().then(
      () => {
        if (!signal.aborted) lose(toNetworkError('The connection to the gateway broke.'));
      },
      (cause: unknown) => {
        if (signal.aborted) return;
        const error =
          cause instanceof WaybillError ? cause : toNetworkError('The gateway cannot be reached.', cause);
        // Once others get through, the gateway has spoken of this stream alone.
        if (isLive && error === cause) finish(error);
        else lose(error);
      },
    );
    return stop;
  }

  return { open, close };
}
