import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A tab that GraphiQL opens with. */
export interface GraphiQLTab {
  readonly query: string;
  readonly variables?: string;
}

export interface GraphiQLSettings {
  readonly tabs: readonly GraphiQLTab[];
  /** True where callers say who they are: each tab opens with the header that does. */
  readonly asksForKey: boolean;
}

export interface Asset {
  readonly contentType: string;
  readonly body: string | Uint8Array;
  /** Strong: the content's hash. */
  readonly etag: string;
}

/** GraphiQL, all of it from this server: the page at `/graphql` and its parts below `/graphql/graphiql/`. */
export interface GraphiQL {
  page(): Promise<Asset>;
  /** A part by its file name; undefined where there is none. */
  part(name: string): Promise<Asset | undefined>;
}

/** The page and its scripts stand next to this folder, in the sources and where they are built to. */
const FOLDER = new URL('../graphiql/', import.meta.url);
const PAGE = 'index.html';
const MARK = 'icon.svg';
const OWN_PARTS = [
  'start.js',
  'fetcher.js',
  'event-list.js',
  'key-notice.js',
  'operations.js',
  'storage.js',
  'page.css',
  MARK,
];

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Monaco asks for its workers by these names. */
const WORKERS = {
  editorWorkerService: 'editor.worker.js',
  json: 'json.worker.js',
  graphql: 'graphql.worker.js',
};

/** Costs no vendor call. */
const FIRST_TAB: GraphiQLTab = {
  query: `# The accounts you may use, and the vendors they are at.
query WhatIsHere {
  accounts {
    key
    vendor {
      name
    }
  }
}
`,
};

/** A caller's header, but for the key. */
const KEY_HEADER = JSON.stringify({ authorization: 'Bearer ' }, null, 2);

export function createGraphiQL(settings: GraphiQLSettings): GraphiQL {
  let page: Promise<Asset> | undefined;
  let parts: Promise<ReadonlyMap<string, Asset>> | undefined;
  return {
    page() {
      page ??= readOwn(PAGE).then((body) => toAsset(PAGE, body));
      return page;
    },
    async part(name) {
      parts ??= loadParts(settings);
      return (await parts).get(name);
    },
  };
}

/** Loaded when first asked for: nine megabytes that a gateway in production never needs. */
async function loadParts(settings: GraphiQLSettings): Promise<ReadonlyMap<string, Asset>> {
  const bundle: GraphiQLBundle = await import('@graphql-yoga/render-graphiql/graphiql');
  const mark = (await readOwn(MARK)).toString('utf8');
  const bodies: readonly (readonly [string, string | Uint8Array])[] = [
    ['graphiql.js', withHistory(bundle.js)],
    ['graphiql.css', bundle.css],
    [WORKERS.editorWorkerService, bundle.editorWorkerService],
    [WORKERS.json, bundle.jsonWorker],
    [WORKERS.graphql, bundle.graphqlWorker],
    ['graphql-ws.js', await readSocketClient()],
    ['setup.js', SETUP],
    ['options.js', toOptions(settings, mark)],
    ...(await Promise.all(OWN_PARTS.map(async (name) => [name, await readOwn(name)] as const))),
  ];
  return new Map(bodies.map(([name, body]) => [name, toAsset(name, body)]));
}

interface GraphiQLBundle {
  readonly js: string;
  readonly css: string;
  readonly editorWorkerService: string;
  readonly jsonWorker: string;
  readonly graphqlWorker: string;
}

/**
 * Yoga's page has its explorer in the place of GraphiQL's own history; both have room. Neither can be had from outside, so the bundle's
 * text is changed; where that does not hold what is looked for, it stays as it is.
 */
export function withHistory(bundle: string): string {
  const [, history] = /([\w$]+)=\{title:"History",icon:/.exec(bundle) ?? [];
  if (history === undefined) return bundle;
  return bundle.replace(
    /plugins:\[([\w$]+)\](?=,schemaDescription:)/,
    (_, explorer: string) => `plugins:[${history},${explorer}]`,
  );
}

function readOwn(name: string): Promise<Buffer> {
  return readFile(new URL(name, FOLDER));
}

/** graphql-ws's client as one classic script: built beside the page, or from its package, which has it beside what it exports for Node. */
function readSocketClient(): Promise<Buffer> {
  if (!import.meta.url.endsWith('.ts')) return readOwn('graphql-ws.js');
  const entry = pathToFileURL(createRequire(import.meta.url).resolve('graphql-ws'));
  return readFile(new URL('../umd/graphql-ws.min.js', entry));
}

function toAsset(name: string, body: string | Uint8Array): Asset {
  return {
    contentType: CONTENT_TYPES[extname(name)] as string,
    body,
    etag: `"${createHash('sha256').update(body).digest('base64url')}"`,
  };
}

const SETUP = `const workers = ${JSON.stringify(WORKERS)};
self.MonacoEnvironment = {
  globalAPI: true,
  getWorkerUrl: (_module, label) => '/graphql/graphiql/' + (workers[label] ?? workers.editorWorkerService),
};
`;

/** @param mark - ours, as SVG */
function toOptions({ tabs, asksForKey }: GraphiQLSettings, mark: string): string {
  const header = asksForKey ? { headers: KEY_HEADER } : {};
  const options = {
    logo: mark,
    // Both are shown as markup.
    title: '<a href="/" title="To the board">Waybill</a> · GraphiQL',
    // GraphiQL cannot open with no tab at all.
    defaultTabs: (tabs.length > 0 ? tabs : [FIRST_TAB]).map((tab) => ({ ...header, ...tab })),
    defaultQuery: (tabs[0] ?? FIRST_TAB).query,
    ...header,
    ...(asksForKey ? { defaultEditorToolsVisibility: 'headers' } : {}),
    // A key that was typed is gone with the page.
    shouldPersistHeaders: false,
  };
  return `export const OPTIONS = ${JSON.stringify(options)};\n`;
}
