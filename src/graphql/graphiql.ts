import { createHash } from 'node:crypto';

/** A tab that GraphiQL opens with. */
export interface GraphiQLTab {
  readonly query: string;
  readonly variables?: string;
}

export interface Asset {
  readonly contentType: string;
  readonly body: string | Uint8Array;
  /** Strong: the content's hash. */
  readonly etag: string;
}

/** GraphiQL, all of it from this server: the page at `/graphql` and its parts below `/graphql/graphiql/`. */
export interface GraphiQL {
  page(): Asset;
  /** A part by its file name; undefined where there is none. */
  part(name: string): Promise<Asset | undefined>;
}

const SCRIPT = 'text/javascript; charset=utf-8';

/** Monaco asks for its workers by these names. */
const WORKERS = {
  editorWorkerService: 'editor.worker.js',
  json: 'json.worker.js',
  graphql: 'graphql.worker.js',
};

export function createGraphiQL(tabs: readonly GraphiQLTab[]): GraphiQL {
  const page = toAsset('text/html; charset=utf-8', PAGE);
  let parts: Promise<ReadonlyMap<string, Asset>> | undefined;
  return {
    page: () => page,
    async part(name) {
      parts ??= loadParts(tabs);
      return (await parts).get(name);
    },
  };
}

/** Loaded when first asked for: nine megabytes that a gateway in production never needs. */
async function loadParts(tabs: readonly GraphiQLTab[]): Promise<ReadonlyMap<string, Asset>> {
  const bundle: GraphiQLBundle = await import('@graphql-yoga/render-graphiql/graphiql');
  const icon = Buffer.from(bundle.favicon.slice(bundle.favicon.indexOf(',') + 1), 'base64');
  return new Map([
    ['graphiql.js', toAsset(SCRIPT, bundle.js)],
    ['graphiql.css', toAsset('text/css; charset=utf-8', bundle.css)],
    ['favicon.ico', toAsset('image/x-icon', icon)],
    [WORKERS.editorWorkerService, toAsset(SCRIPT, bundle.editorWorkerService)],
    [WORKERS.json, toAsset(SCRIPT, bundle.jsonWorker)],
    [WORKERS.graphql, toAsset(SCRIPT, bundle.graphqlWorker)],
    ['setup.js', toAsset(SCRIPT, SETUP)],
    ['start.js', toAsset(SCRIPT, startScript(tabs))],
  ]);
}

interface GraphiQLBundle {
  readonly js: string;
  readonly css: string;
  readonly favicon: string;
  readonly editorWorkerService: string;
  readonly jsonWorker: string;
  readonly graphqlWorker: string;
}

function toAsset(contentType: string, body: string | Uint8Array): Asset {
  return { contentType, body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
}

// No script stands in the page itself, so that a strict content security policy can hold.
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Waybill · GraphiQL</title>
    <link rel="icon" href="/graphql/graphiql/favicon.ico">
    <link rel="stylesheet" href="/graphql/graphiql/graphiql.css">
  </head>
  <body class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript.</noscript>
    <div id="root">Loading GraphiQL…</div>
    <script src="/graphql/graphiql/setup.js"></script>
    <script src="/graphql/graphiql/graphiql.js"></script>
    <script src="/graphql/graphiql/start.js"></script>
  </body>
</html>
`;

const SETUP = `const workers = ${JSON.stringify(WORKERS)};
self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_module, label) => '/graphql/graphiql/' + (workers[label] ?? workers.editorWorkerService),
};
`;

function startScript(tabs: readonly GraphiQLTab[]): string {
  const options = {
    title: 'Waybill · GraphiQL',
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
    defaultTabs: tabs,
    defaultQuery: tabs[0]?.query,
    shouldPersistHeaders: false,
  };
  return `YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), ${JSON.stringify(options)});\n`;
}
