import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { getIntrospectionQuery } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { VENDOR_KEYS } from '../support/vendors.ts';
import { type Message, Peer } from './subscriptions/peer.ts';
import { expectQuiet } from './subscriptions/quiet.ts';
import { type FakedGateway, startFakedGateway, toLocator } from './support.ts';

expectQuiet();

const VENDORS = 'query Vendors { vendors { key } }';
const READ = 'query Read($locator: ExportLocator!) { export(locator: $locator) { status } }';
const WATCH =
  'subscription Watch($locators: [ExportLocator!]!) { exportEvents(locators: $locators) { __typename } }';
const TWO = 'query First { vendors { key } } query Second { accounts { key } }';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** As graphql-codegen (bare hashes), the GraphQL over HTTP appendix (a prefix) and people (any name) write ids. */
const MANIFEST = {
  [hashOf(VENDORS)]: VENDORS,
  [`sha256:${hashOf(READ)}`]: READ,
  'watch-v1': WATCH,
  two: TWO,
  constructor: VENDORS,
};

const UNTRUSTED = '{ accounts { id key vendor { name } } }';
const REFUSED = {
  message: 'This gateway answers only operations it was told to trust: send the id or the exact text of one.',
  extensions: { code: 'OPERATION_NOT_TRUSTED', retryable: false, requestId: expect.any(String) },
};

let folder: string;
let gateway: FakedGateway;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-trusted-'));
  gateway = await startTrusting(MANIFEST);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function startTrusting(manifest: object, server: object = {}): Promise<FakedGateway> {
  const trustedDocuments = join(folder, 'persisted-documents.json');
  writeFileSync(trustedDocuments, JSON.stringify(manifest));
  return startFakedGateway({ config: { server: { ...server, trustedDocuments } } });
}

/** What a request holds; each transport puts it where its clients do. */
type Request = Readonly<Record<string, unknown>>;

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
}

async function post(request: Request, accept = 'application/graphql-response+json') {
  return fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(request),
  });
}

async function get(request: Request) {
  const texts = Object.entries(request).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const query = new URLSearchParams(Object.fromEntries(texts));
  return fetch(`${gateway.url}/graphql?${query}`, {
    headers: { accept: 'application/graphql-response+json' },
  });
}

const TRANSPORTS: readonly (readonly [name: string, ask: (request: Request) => Promise<Answer>])[] = [
  ['POST', async (request) => (await post(request)).json() as Promise<Answer>],
  ['GET', async (request) => (await get(request)).json() as Promise<Answer>],
  [
    'SSE',
    async (request) => {
      const text = await (await post(request, 'text/event-stream')).text();
      return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '') as Answer;
    },
  ],
  [
    'a websocket',
    async (request) => {
      await using peer = await Peer.connect(gateway.url);
      const { type, payload } = await subscribe(peer, request);
      return type === 'error' ? { errors: payload as unknown[] } : (payload as Answer);
    },
  ],
];

/** Sends a `subscribe` message as it is, and waits for the first word about it. */
async function subscribe(peer: Peer, payload: object, id = '1'): Promise<Message> {
  const answer = peer.next((message) => message.id === id);
  peer.send({ type: 'subscribe', id, payload });
  return answer;
}

const apollo = (sha256Hash: unknown) => ({ persistedQuery: { version: 1, sha256Hash } });

describe.each(TRANSPORTS)('over %s', (transport, ask) => {
  it.each<readonly [what: string, request: Request]>([
    ['its exact text', { query: VENDORS }],
    ['its id', { documentId: hashOf(VENDORS) }],
    ['its id in the prefixed spelling', { documentId: `sha256:${hashOf(VENDORS)}` }],
    ['its id and an empty query', { query: '', documentId: hashOf(VENDORS) }],
    ["Apollo's hash", { extensions: apollo(hashOf(VENDORS)) }],
    ["Apollo's hash and an empty query", { query: '', extensions: apollo(hashOf(VENDORS)) }],
    ['its id in place of the query', { query: hashOf(VENDORS) }],
    ['its id and its text', { query: VENDORS, documentId: hashOf(VENDORS) }],
    ['an id that is a word every object knows', { documentId: 'constructor' }],
    ['one operation of several', { documentId: 'two', operationName: 'First' }],
  ])('a trusted document is answered that is asked for by %s', async (_what, request) => {
    const { data, errors } = await ask(request);

    expect(errors).toBeUndefined();
    expect(data).toEqual({ vendors: VENDOR_KEYS.map((key) => ({ key })) });
  });

  it('a trusted document takes variables', async () => {
    const variables = { locator: toLocator('hi-energy', 1) };

    const byId = await ask({ documentId: `sha256:${hashOf(READ)}`, variables });
    const byHash = await ask({ extensions: apollo(hashOf(READ)), variables });

    expect([byId, byHash]).toEqual([
      { data: { export: { status: 'RUNNING' } } },
      { data: { export: { status: 'RUNNING' } } },
    ]);
  });

  it.each<readonly [what: string, request: Request]>([
    ['another text', { query: UNTRUSTED }],
    ['a trusted text with a space more', { query: `${VENDORS} ` }],
    ['a text that cannot be read', { query: '{' }],
    ['the introspection query', { query: getIntrospectionQuery() }],
    ['an unknown id', { documentId: 'unknown' }],
    ['an unknown id and another text', { query: UNTRUSTED, documentId: 'unknown' }],
    ['a trusted id and another text', { query: UNTRUSTED, documentId: 'two' }],
    ['an unknown id and a trusted text', { query: VENDORS, documentId: 'unknown' }],
    ['two trusted documents', { query: VENDORS, documentId: 'two' }],
    ["an unknown hash of Apollo's", { extensions: apollo(hashOf(UNTRUSTED)) }],
    ['a hash with the text that it is of', { query: UNTRUSTED, extensions: apollo(hashOf(UNTRUSTED)) }],
    ['a name of an object', { documentId: '__proto__' }],
    ['the beginning of an id', { documentId: hashOf(VENDORS).slice(0, 63) }],
    ['an id in capitals', { documentId: hashOf(VENDORS).toUpperCase() }],
    ['an empty id', { query: '', documentId: '' }],
  ])('%s is refused, and no vendor is asked', async (_what, request) => {
    const calls = gateway.calls();

    const answer = await ask(request);

    expect(answer).toEqual({ errors: [REFUSED] });
    expect(gateway.calls()).toBe(calls);
  });

  it.runIf(transport !== 'GET')('what is no id at all is refused', async () => {
    for (const documentId of [7, true, {}, ['two']]) {
      expect(await ask({ query: '', documentId })).toEqual({ errors: [REFUSED] });
    }
    expect(await ask({ query: '', extensions: apollo({}) })).toEqual({ errors: [REFUSED] });
    expect(await ask({ query: '', extensions: { persistedQuery: null } })).toEqual({ errors: [REFUSED] });
  });
});

describe('a refusal', () => {
  it.each(['application/graphql-response+json', 'application/json', '*/*'])(
    'has the status 400 where %s is asked for',
    async (accept) => {
      expect((await post({ query: UNTRUSTED }, accept)).status).toBe(400);
      expect((await post({ documentId: 'unknown' }, accept)).status).toBe(400);
    },
  );

  it('leaves the websocket alive, and its other operations', async () => {
    await using peer = await Peer.connect(gateway.url);
    const live = await subscribe(
      peer,
      {
        query: '',
        documentId: 'watch-v1',
        variables: { locators: [toLocator('hi-energy', 1)] },
      },
      'live',
    );

    const refused = await subscribe(peer, { query: UNTRUSTED }, 'refused');
    const answered = await subscribe(peer, { documentId: 'two', operationName: 'Second' }, 'answered');

    expect(live).toMatchObject({
      type: 'next',
      payload: { data: { exportEvents: { __typename: 'ExportSnapshot' } } },
    });
    expect(refused).toEqual({ id: 'refused', type: 'error', payload: [REFUSED] });
    expect(answered.type).toBe('next');
    expect(peer.messages.filter(({ id }) => id === 'live')).toHaveLength(1);
  });

  it('counts as an operation of its caller', async () => {
    await using own = await startFakedGateway({
      config: {
        server: { trustedDocuments: join(folder, 'persisted-documents.json') },
        limits: { operationsPerMinute: 1 },
      },
    });

    expect((await own.query(UNTRUSTED)).status).toBe(400);
    expect((await own.query(VENDORS)).status).toBe(429);
  });

  it('does not come for other parameters than were known before', async () => {
    const response = await post({ documentId: 'two', operationName: 'First', id: '1' });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ message: expect.stringContaining('"id"') }] });
  });
});

describe('subscriptions by id', () => {
  const variables = { locators: [toLocator('hi-energy', 1)] };

  it('run over SSE', async () => {
    const left = new AbortController();
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ documentId: 'watch-v1', variables }),
      signal: left.signal,
    });
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes('"data"')) break;
    }
    left.abort();

    expect(text).toContain('{"data":{"exportEvents":{"__typename":"ExportSnapshot"}}}');
  });

  it('run with the usual websocket client', async () => {
    const client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
    });

    const results = client.iterate({ query: '', variables, extensions: apollo('watch-v1') });
    const { value } = await results.next();
    await results.return?.();
    await client.dispose();

    expect(value).toEqual({ data: { exportEvents: { __typename: 'ExportSnapshot' } } });
  });
});

describe("Apollo Client's link for persisted queries", () => {
  it('gets its answers by the ids that the build has written', async () => {
    const document = Object.assign(gql(VENDORS), { __meta__: { hash: hashOf(VENDORS) } });
    const sent: string[] = [];
    const http = new HttpLink({
      uri: `${gateway.url}/graphql`,
      fetch: (address, init) => {
        sent.push(String(init?.body));
        return fetch(address, init);
      },
    });
    const link = new PersistedQueryLink({ generateHash: (asked) => Object(asked).__meta__.hash }).concat(
      http,
    );
    const client = new ApolloClient({ link, cache: new InMemoryCache() });

    const { data } = await client.query({ query: document, fetchPolicy: 'no-cache' });
    client.stop();

    expect(data).toEqual({ vendors: VENDOR_KEYS.map((key) => ({ key })) });
    expect(sent).toHaveLength(1);
    expect(JSON.parse(sent[0] ?? '')).toMatchObject({ extensions: apollo(hashOf(VENDORS)) });
    expect(sent[0]).not.toContain('query Vendors');
  });
});

describe('without a manifest', () => {
  it('nothing changes: texts are answered, ids are not known', async () => {
    await using own = await startFakedGateway();
    await using peer = await Peer.connect(own.url);
    const ask = async (request: Request) =>
      fetch(`${own.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
      });

    expect((await own.query(UNTRUSTED)).errors).toEqual([]);
    expect(await (await ask({ documentId: 'two' })).json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_REQUEST' } }],
    });
    expect(await (await ask({ query: VENDORS, documentId: 'two' })).json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_REQUEST' } }],
    });
    // In Apollo's own words: its link then sends the text, now and from then on.
    expect(await (await ask({ extensions: apollo(hashOf(VENDORS)) })).json()).toMatchObject({
      errors: [
        {
          message: 'PersistedQueryNotSupported',
          extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED', retryable: false },
        },
      ],
    });
    peer.send({ type: 'subscribe', id: '1', payload: { documentId: 'two' } });
    expect((await peer.closed).code).toBe(4400);
  });
});
