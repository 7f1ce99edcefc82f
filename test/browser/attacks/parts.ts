import { BOARD_SCRIPT } from '../../support/board-script.ts';
import { type Attack, REFUSED } from './kit.ts';

/** What a page may load as a part of its own. */
export const PARTS: readonly Attack[] = [
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
    title: "import(): the board's script",
    run: new Function(
      'target',
      `return import(target.gateway + '${BOARD_SCRIPT}').then((module) => Object.keys(module).join(), ({ name }) => name)`,
    ) as Attack['run'],
    learns: REFUSED,
    answers: [`GET ${BOARD_SCRIPT} 200`],
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
      return navigator.serviceWorker.register(`${gateway}/graphql/graphiql/graphql.worker.js`).then(
        () => 'registered',
        (error: Error) => error.name,
      );
    },
    learns: 'SecurityError',
    answers: [],
  },
];
