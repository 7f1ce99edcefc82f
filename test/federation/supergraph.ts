import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { GraphQLAnswer, TestGateway } from '../support/gateway.ts';

const DOCUMENT = readFileSync(new URL('../../docs/federation.md', import.meta.url), 'utf8');

/** The documentation's blocks of one language, in order. */
export function blocksOf(language: string): readonly string[] {
  const pattern = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...DOCUMENT.matchAll(pattern)].map(([, block = '']) => block);
}

/** Another team's graph, which says of every export who asked for it; and the question to both. */
export const [PEOPLE_SDL = '', PEOPLE_QUERY = ''] = blocksOf('graphql');

type GatewayConfig = Parameters<typeof createGatewayRuntime>[0];

/** Hive Gateway's configuration, as the documentation shows it. */
function readGatewayConfig(): GatewayConfig {
  const [block = ''] = blocksOf('ts');
  const body = block.replace(/^import .*\n/, '').replace('export const gatewayConfig =', 'return');
  return new Function('defineConfig', body)((config: GatewayConfig) => config);
}

const PEOPLE_SCHEMA = /* GraphQL */ `
  scalar _Any
  union _Entity = Export | Person
  type Query {
    people: [Person!]!
    _entities(representations: [_Any!]!): [_Entity]!
  }
  type Person { email: ID! name: String! exports: [Export]! }
  type Export { id: ID! owner: Person }
`;

interface Reference {
  readonly __typename: string;
}

/** @param exportIds - the exports that Ada asked for */
function createPeople(exportIds: readonly string[]): RequestListener {
  const ada = {
    email: 'ada@example.com',
    name: 'Ada',
    exports: exportIds.map((id) => ({ __typename: 'Export', id })),
  };
  return createYoga({
    logging: false,
    schema: makeExecutableSchema({
      typeDefs: PEOPLE_SCHEMA,
      resolvers: {
        Query: {
          people: () => [ada],
          _entities: (_root: unknown, { representations }: { representations: readonly Reference[] }) =>
            representations,
        },
        Export: { owner: () => ada },
        _Entity: { __resolveType: (reference: Reference) => reference.__typename },
      },
    }),
  });
}

/** What a client finds behind Hive Gateway. */
export interface Supergraph extends AsyncDisposable {
  readonly sdl: string;
  query(
    query: string,
    variables?: object,
    headers?: Record<string, string>,
  ): Promise<Omit<GraphQLAnswer, 'headers'>>;
  /** The answers of a subscription over server-sent events, until it completes. */
  subscribe(
    query: string,
    variables?: object,
    headers?: Record<string, string>,
  ): AsyncGenerator<Pick<GraphQLAnswer, 'data' | 'errors'>>;
}

/** Composes a gateway of ours, as its own `_service` describes it, with the graph of people, and puts Hive Gateway in front of both. */
export async function startSupergraph(
  waybill: TestGateway,
  {
    exportIds = [],
    headers = {},
  }: { readonly exportIds?: readonly string[]; readonly headers?: Record<string, string> } = {},
): Promise<Supergraph> {
  const { data } = await waybill.query('{ _service { sdl } }', {}, { headers });
  const people = await listen(createPeople(exportIds));
  const composed = composeServices([
    { name: 'waybill', typeDefs: parse(data._service.sdl), url: `${waybill.url}/graphql` },
    { name: 'people', typeDefs: parse(PEOPLE_SDL), url: `${people.url}/graphql` },
  ]);
  if (composed.supergraphSdl === undefined)
    throw new Error(composed.errors.map(({ message }) => message).join('\n'));
  const hive = await startHive(composed.supergraphSdl);
  return {
    ...hive,
    async [Symbol.asyncDispose]() {
      await hive[Symbol.asyncDispose]();
      await people.close();
    },
  };
}

/** Hive Gateway on a free port, which hands on what says who the caller is. */
export async function startHive(sdl: string): Promise<Supergraph> {
  const runtime = createGatewayRuntime({ ...readGatewayConfig(), supergraph: sdl, logging: false });
  const server = await listen((request, response) => void runtime(request, response));
  const post = (accept: string, query: string, variables?: object, headers?: Record<string, string>) =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, ...headers },
      body: JSON.stringify({ query, variables }),
    });
  return {
    sdl,
    async query(query, variables, headers) {
      const response = await post('application/json', query, variables, headers);
      const { data, errors = [] } = (await response.json()) as Partial<GraphQLAnswer>;
      return { status: response.status, data, errors };
    },
    async *subscribe(query, variables, headers) {
      const response = await post('text/event-stream', query, variables, headers);
      const decoder = new TextDecoder();
      let text = '';
      for await (const piece of response.body as ReadableStream<Uint8Array>) {
        text += decoder.decode(piece, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) {
          const line = /^event: next\ndata: (.*)$/m.exec(block)?.[1];
          if (line !== undefined) yield { errors: [], ...JSON.parse(line) };
        }
      }
    },
    async [Symbol.asyncDispose]() {
      await runtime[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

async function listen(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
