import { Peer } from '../graphql/subscriptions/peer.ts';
import type { Question } from './conformance-support.ts';

/** A stream as far as it was followed: each result as it was written, errors that end it among them. */
export interface ToldStream {
  readonly results: readonly string[];
  /** As a header names it; null over a websocket. */
  readonly requestId: string | null;
}

export interface StreamTransport {
  readonly name: string;
  /** As log lines and metrics call it. */
  readonly label: 'sse' | 'websocket';
  /**
   * Follows a stream to its end, or until there are so many results: then it is left.
   *
   * @param onResult - called after each, with how many there are
   */
  readonly follow: (
    url: string,
    question: Question,
    enough?: number,
    onResult?: (count: number) => void,
  ) => Promise<ToldStream>;
}

const SPLIT = {
  'text/event-stream': (text: string) => [...text.matchAll(/^data: (.+)$/gm)].map(([, data]) => data ?? ''),
  'multipart/mixed;subscriptionSpec=1.0': (text: string) =>
    // An error that ends the stream stands beside a payload of null.
    [...text.matchAll(/^\{"payload":(?:null,)?(.*)\}\r$/gm)].map(([part, rest = '']) =>
      part.startsWith('{"payload":null,') ? `{${rest}}` : rest,
    ),
};

/** Every way to follow a subscription. */
export const STREAM_TRANSPORTS: readonly StreamTransport[] = [
  { name: 'server-sent events', label: 'sse', follow: overHttp('POST', 'text/event-stream') },
  { name: 'server-sent events by GET', label: 'sse', follow: overHttp('GET', 'text/event-stream') },
  { name: 'multipart/mixed', label: 'sse', follow: overHttp('POST', 'multipart/mixed;subscriptionSpec=1.0') },
  { name: 'websocket', label: 'websocket', follow: overSocket },
];

function overHttp(method: 'GET' | 'POST', accept: keyof typeof SPLIT): StreamTransport['follow'] {
  return async (url, question, enough = Number.POSITIVE_INFINITY, onResult = () => undefined) => {
    const search = new URLSearchParams({
      query: question.query,
      variables: JSON.stringify(question.variables ?? {}),
    });
    const leaving = new AbortController();
    const response = await fetch(`${url}/graphql${method === 'GET' ? `?${search}` : ''}`, {
      method,
      signal: leaving.signal,
      headers: { accept, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) },
      ...(method === 'POST' ? { body: JSON.stringify(question) } : {}),
    });
    let text = '';
    let results: readonly string[] = [];
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += piece;
      // What has not come to the end of its line is read with the next piece.
      const known = results.length;
      results = SPLIT[accept](text.slice(0, text.lastIndexOf('\n') + 1));
      for (let count = known + 1; count <= results.length; count += 1) onResult(count);
      if (results.length >= enough) break;
    }
    leaving.abort();
    return { results, requestId: response.headers.get('x-request-id') };
  };
}

async function overSocket(
  url: string,
  question: Question,
  enough = Number.POSITIVE_INFINITY,
  onResult: (count: number) => void = () => undefined,
): Promise<ToldStream> {
  await using peer = await Peer.connect(url);
  let count = 0;
  const ended = peer.next(({ type }) => {
    if (type === 'next') {
      count += 1;
      onResult(count);
    }
    return type === 'complete' || type === 'error' || count >= enough;
  });
  peer.send({ type: 'subscribe', id: '1', payload: question });
  await ended;
  const answers = peer.messages.filter(({ type }) => type === 'next' || type === 'error');
  const results = answers.map(({ type, payload }) =>
    JSON.stringify(type === 'error' ? { errors: payload } : payload),
  );
  return { results, requestId: null };
}
