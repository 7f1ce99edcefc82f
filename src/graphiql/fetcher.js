/** How GraphiQL asks: queries over HTTP, subscriptions over a websocket, both with the headers of the tab they stand in. */

import { EventList } from './event-list.js';
import { choose } from './operations.js';

const ENDPOINT = '/graphql';
const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';
/** GraphiQL's name for its question about the schema. */
const SCHEMA_QUESTION = 'IntrospectionQuery';
/** Close code of a refused `connection_init`. */
const REFUSED = 4403;
const REFUSED_REASON = 'This key or token is not good here, or not any more.';

/**
 * @param {import('./key-notice.js').KeyNotice} notice
 * @returns {import('./types.d.ts').Fetcher}
 */
export function createFetcher(notice) {
  return (asked, { headers } = {}) => {
    const own = headers ?? {};
    const { question, isSubscription } = choose(asked);
    if (isSubscription) return subscribe(question, own, notice);
    return question.operationName === SCHEMA_QUESTION
      ? askUntilLetIn(question, own, notice)
      : ask(question, own, notice).then(({ answer }) => answer);
  };
}

/**
 * @param {import('./types.d.ts').Question} question
 * @param {import('./types.d.ts').Headers} headers
 * @param {import('./key-notice.js').KeyNotice} notice
 */
async function ask(question, headers, notice) {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: { accept: ACCEPT, ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(question),
    credentials: 'omit',
    cache: 'no-store',
  });
  const answer = await response.json();
  const isLetIn = response.status !== 401;
  if (isLetIn) notice.letIn(headers);
  else notice.show(answer.errors[0].message);
  return { isLetIn, answer };
}

/**
 * The schema can wait: it is asked for again with every key that somebody types, and then with the first that was good for anything.
 *
 * @param {import('./types.d.ts').Question} question
 * @param {import('./types.d.ts').Headers} headers
 * @param {import('./key-notice.js').KeyNotice} notice
 */
async function askUntilLetIn(question, headers, notice) {
  for (let tried = headers; ; tried = await notice.next()) {
    const { isLetIn, answer } = await ask(question, tried, notice);
    if (isLetIn) return answer;
  }
}

/**
 * A socket of its own for every subscription: its first message says who asks, and each may be somebody else.
 *
 * @param {import('./types.d.ts').Question} question
 * @param {import('./types.d.ts').Headers} headers
 * @param {import('./key-notice.js').KeyNotice} notice
 * @returns {import('./types.d.ts').Observable}
 */
function subscribe(question, headers, notice) {
  return {
    subscribe(sink) {
      scrollAnswerToTop();
      const address = new URL(ENDPOINT, location.href);
      address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
      const client = graphqlWs.createClient({
        url: address.href,
        connectionParams: headers,
        shouldRetry: (event) => closeCodeOf(event) !== REFUSED,
        on: { connected: () => notice.letIn(headers) },
      });
      const events = new EventList((shown) => sink.next(shown));
      let isLeft = false;
      function end() {
        // The client completes what was left, too: another tab may be open by then, and what stands in it is not this subscription's.
        if (isLeft) return;
        events.end();
        sink.complete();
        void client.dispose();
      }
      const unsubscribe = client.subscribe(question, {
        next: (answer) => events.add(answer),
        error(problem) {
          if (closeCodeOf(problem) === REFUSED) notice.show(REFUSED_REASON);
          events.add({ errors: toErrors(problem) });
          end();
        },
        complete: end,
      });
      return {
        unsubscribe() {
          isLeft = true;
          events.stop();
          unsubscribe();
          void client.dispose();
        },
      };
    },
  };
}

/** The editor stays where it was scrolled to in an answer before, and the newest event stands at the top. */
function scrollAnswerToTop() {
  for (const editor of monaco.editor.getEditors())
    if (editor.getDomNode()?.closest('.result-window')) editor.setScrollTop(0);
}

/**
 * @param {unknown} problem - errors that ended the subscription, or the event that closed its socket
 * @returns {readonly object[]}
 */
function toErrors(problem) {
  if (Array.isArray(problem)) return problem;
  const code = closeCodeOf(problem);
  if (code === REFUSED) return [{ message: REFUSED_REASON, extensions: { code: 'UNAUTHENTICATED' } }];
  return [
    {
      message:
        code === undefined ? 'The gateway cannot be reached.' : `The gateway closed the socket: ${code}.`,
    },
  ];
}

/** @param {unknown} problem */
function closeCodeOf(problem) {
  return problem instanceof CloseEvent ? problem.code : undefined;
}
