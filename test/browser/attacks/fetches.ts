import { BOARD_SCRIPT } from '../../support/board-script.ts';
import { type Attack, REFUSED } from './kit.ts';

/** By `fetch`, with and without asking first. */
export const FETCHES: readonly Attack[] = [
  {
    title: 'fetch: POST of JSON',
    run: ({ gateway, query }) =>
      kit.ask(`${gateway}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      }),
    learns: REFUSED,
    answers: ['OPTIONS /graphql 403'],
  },
  {
    title: 'fetch: POST of JSON with credentials and a made-up key',
    run: ({ gateway, query }) =>
      kit.ask(`${gateway}/graphql`, {
        method: 'POST',
        credentials: 'include',
        headers: { 'content-type': 'application/json', authorization: 'Bearer x' },
        body: JSON.stringify({ query }),
      }),
    learns: REFUSED,
    answers: ['OPTIONS /graphql 403'],
  },
  {
    title: 'fetch: POST of text/plain with JSON in it',
    run: ({ gateway, query }) =>
      kit.ask(`${gateway}/graphql`, { method: 'POST', body: JSON.stringify({ query }) }),
    learns: REFUSED,
    answers: ['POST /graphql 403'],
  },
  {
    title: 'fetch, no-cors: POST of text/plain with JSON in it',
    run: ({ gateway, query }) =>
      kit.ask(`${gateway}/graphql`, { method: 'POST', mode: 'no-cors', body: JSON.stringify({ query }) }),
    learns: REFUSED,
    answers: ['POST /graphql 403'],
  },
  {
    title: 'fetch, no-cors: POST of text/plain that names JSON behind it',
    run: ({ gateway, query }) =>
      kit.ask(`${gateway}/graphql`, {
        method: 'POST',
        mode: 'no-cors',
        headers: { 'content-type': 'text/plain; application/json' },
        body: JSON.stringify({ query }),
      }),
    learns: REFUSED,
    answers: ['POST /graphql 403'],
  },
  {
    title: 'fetch, no-cors: POST of a form',
    run: ({ gateway, query }) =>
      kit.ask(`${gateway}/graphql`, {
        method: 'POST',
        mode: 'no-cors',
        body: new URLSearchParams({ query }),
      }),
    learns: REFUSED,
    answers: ['POST /graphql 403'],
  },
  {
    title: 'fetch, no-cors: POST of a multipart upload',
    run: ({ gateway, query }) => {
      const body = new FormData();
      body.set('operations', JSON.stringify({ query }));
      body.set('map', '{}');
      return kit.ask(`${gateway}/graphql`, { method: 'POST', mode: 'no-cors', body });
    },
    learns: REFUSED,
    answers: ['POST /graphql 403'],
  },
  {
    title: 'fetch, no-cors: POST without a content type',
    run: ({ gateway, query }) =>
      kit.ask(`${gateway}/graphql`, {
        method: 'POST',
        mode: 'no-cors',
        body: new Blob([JSON.stringify({ query })]),
      }),
    learns: REFUSED,
    answers: ['POST /graphql 403'],
  },
  {
    title: 'fetch: GET of a query',
    run: ({ gateway, query }) => kit.ask(`${gateway}/graphql?query=${encodeURIComponent(query)}`),
    learns: REFUSED,
    answers: ['GET /graphql 403'],
  },
  {
    title: 'fetch, with credentials: GET of a query',
    run: ({ gateway, query }) =>
      kit.ask(`${gateway}/graphql?query=${encodeURIComponent(query)}`, { credentials: 'include' }),
    learns: REFUSED,
    answers: ['GET /graphql 403'],
  },
  {
    title: 'fetch, no-cors: GET of a query',
    run: ({ gateway, query }) =>
      kit.ask(`${gateway}/graphql?query=${encodeURIComponent(query)}`, { mode: 'no-cors' }),
    learns: REFUSED,
    answers: ['GET /graphql 403'],
  },
  {
    title: 'fetch: POST that its own server redirects to the gateway',
    run: ({ gateway, own, query }) =>
      kit.ask(`${own}/redirect?to=${encodeURIComponent(`${gateway}/graphql`)}`, {
        method: 'POST',
        body: JSON.stringify({ query }),
      }),
    learns: REFUSED,
    answers: ['POST /graphql 403'],
  },
  {
    title: 'sendBeacon: POST of text/plain',
    run: async ({ gateway, query }) =>
      String(navigator.sendBeacon(`${gateway}/graphql`, JSON.stringify({ query }))),
    learns: 'true',
    answers: ['POST /graphql 403'],
  },
  {
    title: 'sendBeacon: POST of JSON',
    run: async ({ gateway, query }) => {
      const body = new Blob([JSON.stringify({ query })], { type: 'application/json' });
      return String(navigator.sendBeacon(`${gateway}/graphql`, body));
    },
    learns: 'true',
    answers: ['OPTIONS /graphql 403'],
  },
  ...['/', BOARD_SCRIPT, '/ready', '/health', '/metrics', '/files/made-up', '/nothing'].flatMap(
    (path): Attack[] => {
      const status = path === '/nothing' || path.startsWith('/files') ? 404 : 200;
      return [
        {
          title: `fetch: GET of ${path}`,
          run: readPath(path, 'cors'),
          learns: REFUSED,
          answers: [`GET ${path} ${status}`],
        },
        {
          title: `fetch, no-cors: GET of ${path}`,
          run: readPath(path, 'no-cors'),
          learns: REFUSED,
          answers: [`GET ${path} ${status}`],
        },
      ];
    },
  ),
];

/** A function of its own source: a page knows nothing of this file. */
function readPath(path: string, mode: RequestMode): Attack['run'] {
  return new Function(
    'target',
    `return kit.ask(target.gateway + '${path}', { mode: '${mode}' })`,
  ) as Attack['run'];
}
