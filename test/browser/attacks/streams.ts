import { type Attack, REFUSED } from './kit.ts';

/** Subscriptions, by whatever a browser has for them. */
export const STREAMS: readonly Attack[] = [
  {
    title: 'EventSource: a subscription',
    run: ({ gateway, subscription }) =>
      new Promise((resolve) => {
        const source = new EventSource(`${gateway}/graphql?query=${encodeURIComponent(subscription)}`);
        source.addEventListener('next', ({ data }) => resolve(String(data)));
        source.addEventListener('error', () => resolve(`an error, state ${source.readyState}`));
      }),
    learns: 'an error, state 2',
    answers: ['GET /graphql 403'],
  },
  {
    title: 'EventSource with credentials: a subscription',
    run: ({ gateway, subscription }) =>
      new Promise((resolve) => {
        const address = `${gateway}/graphql?query=${encodeURIComponent(subscription)}`;
        const source = new EventSource(address, { withCredentials: true });
        source.addEventListener('next', ({ data }) => resolve(String(data)));
        source.addEventListener('error', () => resolve(`an error, state ${source.readyState}`));
      }),
    learns: 'an error, state 2',
    answers: ['GET /graphql 403'],
  },
  {
    title: 'fetch, no-cors: a subscription over SSE',
    run: ({ gateway, subscription }) =>
      kit.ask(`${gateway}/graphql?query=${encodeURIComponent(subscription)}`, {
        mode: 'no-cors',
        headers: { accept: 'text/event-stream' },
      }),
    learns: REFUSED,
    answers: ['GET /graphql 403'],
  },
  ...['graphql-transport-ws', 'graphql-ws', ''].map(
    (protocol): Attack => ({
      title: `WebSocket: protocol ${JSON.stringify(protocol)}`,
      run: new Function(
        'target',
        `return new Promise((resolve) => {
          const address = target.gateway.replace('http', 'ws') + '/graphql';
          const socket = new WebSocket(address, ${JSON.stringify(protocol === '' ? [] : [protocol])});
          socket.onopen = () => resolve('it was opened');
          socket.onclose = ({ code }) => resolve('closed, ' + code);
        })`,
      ) as Attack['run'],
      learns: 'closed, 1006',
      answers: [],
    }),
  ),
];
