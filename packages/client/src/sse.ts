import { toFirstError, toNetworkError } from './answers.ts';
import { WaybillError } from './error.ts';
import { type HttpSettings, send, toRefusal } from './http.ts';
import { parse, toFields, toText } from './read.ts';
import type { RequestStream } from './requests.ts';
import { type Credentials, EXPIRING } from './transport.ts';

/** The gateway says something every 12 seconds; what holds it back on the way is no way. */
const SILENCE_MS = 30_000;
/** The first line comes at once. */
const OPENING_MS = 8_000;

/** One stream of server-sent events. It is live once its first line has come through. */
export async function readEvents(
  settings: HttpSettings,
  credentials: Credentials,
  isRenewable: boolean,
  { operation, sink, signal, wait, live, lose }: RequestStream,
): Promise<void> {
  const listen = (silenceMs: number): void => wait(silenceMs, () => lose(toNetworkError()));

  listen(OPENING_MS);
  const response = await send(settings, credentials, operation, 'text/event-stream', signal);
  if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
    throw toRefusal(response, await response.text());
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done || signal.aborted) throw toNetworkError();
    listen(SILENCE_MS);
    live();
    const blocks = `${text}${decoder.decode(value, { stream: true })}`.split('\n\n');
    text = toText(blocks.pop());
    for (const block of blocks) {
      if (signal.aborted || /^event: complete/m.test(block)) return;
      const [, json] = /^data: (.+)$/m.exec(block) ?? [];
      const { data, errors } = parse(json ?? '{}');
      const error = toFirstError(errors);
      if (data == null && error !== undefined) throw error;
      if (data == null) continue;
      const event = toFields(Object.values(data)[0]);
      if (event.__typename !== 'SubscriptionTokenExpiring') sink.next(event);
      // There is no way back to the gateway on a stream: a newer token opens them anew, behind what they told last.
      else if (isRenewable) lose(new WaybillError('The token expires.', { code: EXPIRING }));
    }
  }
}
