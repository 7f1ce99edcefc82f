/** What a page may know of its victim: everything but an answer. */
export interface Target {
  /** `http://127.0.0.1:PORT` of the gateway. */
  readonly gateway: string;
  /** The page's own origin. */
  readonly own: string;
  /** A query that would cost a vendor call. */
  readonly query: string;
  /** A subscription that would begin a watch. */
  readonly subscription: string;
}

/** Something that a page of another origin tries. */
export interface Attack {
  readonly title: string;
  /** Runs in the page. */
  readonly run: (target: Target) => Promise<string>;
  /** All that the page learns. */
  readonly learns: string;
  /** What the gateway answers, in order; nothing where the browser refuses to ask. */
  readonly answers: readonly string[];
}

/** What attacks have in common; part of each page. */
interface Kit {
  /** Asks, and tells what can be known of the answer. */
  ask(url: string, init?: RequestInit): Promise<string>;
  /** Puts an element into the page, and tells whether what it names was loaded. */
  load(name: string, attributes: Readonly<Record<string, string>>): Promise<string>;
  /** Shows an address in a frame, and tells what can be read there. */
  frame(url: string): Promise<string>;
  /** Sends a form to a frame. */
  submit(
    action: string,
    form: Readonly<Record<string, string>>,
    fields: Readonly<Record<string, string>>,
  ): Promise<string>;
}

declare global {
  var kit: Kit;
}

/** Runs in every page before its own scripts. */
export function installKit(): void {
  const after = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  async function readFrame(frame: HTMLIFrameElement): Promise<string> {
    await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
    try {
      return frame.contentWindow?.document.body.innerText || 'an empty frame';
    } catch (error) {
      return (error as Error).name;
    }
  }

  globalThis.kit = {
    async ask(url, init) {
      try {
        const response = await fetch(url, init);
        return response.type === 'opaque'
          ? 'nothing (opaque)'
          : `${response.status} ${await response.text()}`;
      } catch (error) {
        return (error as Error).name;
      }
    },
    load(name, attributes) {
      const element = document.createElement(name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      const loaded = new Promise<string>((resolve) => {
        element.addEventListener('load', () => resolve('it was loaded'));
        element.addEventListener('error', () => resolve('not loaded'));
      });
      document.body.append(element);
      return loaded;
    },
    async frame(url) {
      const frame = document.createElement('iframe');
      frame.src = url;
      const read = readFrame(frame);
      document.body.append(frame);
      return read;
    },
    async submit(action, attributes, fields) {
      const frame = document.createElement('iframe');
      frame.name = `frame-${Math.random()}`;
      document.body.append(frame);
      const form = document.createElement('form');
      Object.assign(form, { action, target: frame.name, ...attributes });
      for (const [name, value] of Object.entries(fields)) {
        const field = document.createElement('textarea');
        Object.assign(field, { name, value });
        form.append(field);
      }
      document.body.append(form);
      await after(50); // the frame's own empty page
      const read = readFrame(frame);
      form.submit();
      return read;
    },
  };
}

/** Of no-cors requests too: what comes back may be loaded by pages of the gateway alone. */
const REFUSED = 'TypeError';
const FRAME = 'SecurityError';

/** By `fetch`, with and without asking first. */
const FETCHES: readonly Attack[] = [
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
  ...['/', '/board/main.js', '/ready', '/health', '/metrics', '/files/made-up', '/nothing'].flatMap(
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

/** Subscriptions, by whatever a browser has for them. */
const STREAMS: readonly Attack[] = [
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

/** What a page may load as a part of its own. */
const PARTS: readonly Attack[] = [
  ...(
    [
      ['img', 'src', {}],
      ['script', 'src', {}],
      ['video', 'src', {}],
      ['object', 'data', {}],
      ['link', 'href', { rel: 'stylesheet' }],
      ['link', 'href', { rel: 'preload', as: 'image' }],
      ['link', 'href', { rel: 'prefetch' }],
    ] as const
  ).map(
    ([name, attribute, more]): Attack => ({
      title: `${[name, ...Object.values(more)].join(' ')}: GET of a query`,
      run: new Function(
        'target',
        `const address = target.gateway + '/graphql?query=' + encodeURIComponent(target.query);
        return kit.load('${name}', { ${attribute}: address, ...${JSON.stringify(more)} })`,
      ) as Attack['run'],
      learns: 'not loaded',
      answers: ['GET /graphql 403'],
    }),
  ),
  ...['graphiql.js', 'start.js', 'options.js', 'graphql.worker.js'].map(
    (name): Attack => ({
      title: `script: GraphiQL's ${name}`,
      run: new Function(
        'target',
        `return kit.load('script', { src: target.gateway + '/graphql/graphiql/${name}' })`,
      ) as Attack['run'],
      learns: 'not loaded',
      answers: [`GET /graphql/graphiql/${name} 200`],
    }),
  ),
  {
    title: "import(): the board's modules",
    run: new Function(
      'target',
      `return import(target.gateway + '/board/access-key.js').then((module) => Object.keys(module).join(), ({ name }) => name)`,
    ) as Attack['run'],
    learns: REFUSED,
    answers: ['GET /board/access-key.js 200'],
  },
  {
    title: 'Worker: a script of the gateway',
    run: async ({ gateway }) => {
      try {
        return String(new Worker(`${gateway}/graphql/graphiql/graphql.worker.js`));
      } catch (error) {
        return (error as Error).name;
      }
    },
    learns: 'SecurityError',
    answers: [],
  },
  {
    title: 'Worker of its own that imports a script of the gateway',
    run: ({ gateway }) =>
      new Promise((resolve) => {
        const code = `try { importScripts('${gateway}/graphql/graphiql/graphql.worker.js'); postMessage('loaded') }
          catch (error) { postMessage(error.name) }`;
        new Worker(URL.createObjectURL(new Blob([code]))).onmessage = ({ data }) => resolve(String(data));
      }),
    learns: 'NetworkError',
    answers: ['GET /graphql/graphiql/graphql.worker.js 200'],
  },
  {
    title: 'service worker: a script of the gateway',
    run: async ({ gateway }) => {
      // A page that is not secure has none at all.
      if (!isSecureContext) return 'SecurityError';
      return navigator.serviceWorker.register(`${gateway}/board/main.js`).then(
        () => 'registered',
        (error: Error) => error.name,
      );
    },
    learns: 'SecurityError',
    answers: [],
  },
];

/** Frames, forms and windows. */
const PAGES: readonly Attack[] = [
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

/** Everything that a page of another origin is known to be able to try. */
export const ATTACKS: readonly Attack[] = [...FETCHES, ...STREAMS, ...PARTS, ...PAGES];
