import { type Attack, REFUSED } from './kit.ts';

const FRAME = 'SecurityError';

/** Frames, forms and windows. */
export const PAGES: readonly Attack[] = [
  {
    title: 'frame: the board',
    run: ({ gateway }) => kit.frame(`${gateway}/`),
    learns: FRAME,
    answers: ['GET / 200'],
  },
  {
    title: 'frame: GraphiQL',
    run: ({ gateway }) => kit.frame(`${gateway}/graphql`),
    learns: FRAME,
    answers: ['GET /graphql 200'],
  },
  {
    title: 'frame: GET of a query',
    run: ({ gateway, query }) => kit.frame(`${gateway}/graphql?query=${encodeURIComponent(query)}`),
    learns: FRAME,
    answers: ['GET /graphql 403'],
  },
  {
    title: 'frame: a file link that is none',
    run: ({ gateway }) => kit.frame(`${gateway}/files/made-up`),
    learns: FRAME,
    answers: ['GET /files/made-up 404'],
  },
  {
    title: 'frame without an origin: POST of text/plain',
    run: ({ gateway, query }) =>
      new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.setAttribute('sandbox', 'allow-scripts');
        addEventListener('message', ({ data }) => resolve(String(data)), { once: true });
        frame.srcdoc = `<script>fetch('${gateway}/graphql', { method: 'POST', body: ${JSON.stringify(JSON.stringify({ query }))} })
          .then((response) => response.text(), (error) => error.name).then((text) => parent.postMessage(text, '*'))</script>`;
        document.body.append(frame);
      }),
    learns: REFUSED,
    answers: ['POST /graphql 403'],
  },
  {
    title: 'form: GET of a query',
    run: ({ gateway, query }) => kit.submit(`${gateway}/graphql`, { method: 'get' }, { query }),
    learns: FRAME,
    answers: ['GET /graphql 403'],
  },
  {
    title: 'form: POST, as forms are by default',
    run: ({ gateway, query }) => kit.submit(`${gateway}/graphql`, { method: 'post' }, { query }),
    learns: FRAME,
    answers: ['POST /graphql 403'],
  },
  {
    title: 'form: POST of multipart/form-data',
    run: ({ gateway, query }) =>
      kit.submit(
        `${gateway}/graphql`,
        { method: 'post', enctype: 'multipart/form-data' },
        { operations: JSON.stringify({ query }), map: '{}' },
      ),
    learns: FRAME,
    answers: ['POST /graphql 403'],
  },
  {
    title: 'form: POST of text/plain that reads as JSON',
    run: ({ gateway, query }) => {
      // A form writes NAME=VALUE: the equals sign goes into a key that nobody reads.
      const [before, after] = JSON.stringify({ query, x: '|' }).split('|') as [string, string];
      return kit.submit(`${gateway}/graphql`, { method: 'post', enctype: 'text/plain' }, { [before]: after });
    },
    learns: FRAME,
    answers: ['POST /graphql 403'],
  },
  ...[
    ['what is ready', '/ready', 'GET /ready 200'],
    ['the metrics', '/metrics', 'GET /metrics 200'],
  ].map(
    ([what = '', path = '', answer = '']): Attack => ({
      title: `window: ${what}, to be read`,
      run: new Function(
        'target',
        `return new Promise((resolve) => {
          const opened = open(target.gateway + '${path}');
          setTimeout(() => {
            try { resolve(opened.closed ? 'a closed window' : opened.document.body.innerText || 'an empty window') }
            catch (error) { resolve(error.name) }
          }, 1_500);
        })`,
      ) as Attack['run'],
      learns: FRAME,
      answers: [answer],
    }),
  ),
];
