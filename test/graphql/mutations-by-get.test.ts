import type { AddressInfo } from 'node:net';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/access/caller.ts';
import { AccessSessions } from '../../src/access/sessions.ts';
import type { GatewayContext } from '../../src/graphql/context.ts';
import { OperationEngine } from '../../src/operations/engine.ts';
import { createErrorMask } from '../../src/operations/errors.ts';
import { OperationReports } from '../../src/operations/reports.ts';
import { Turns } from '../../src/operations/turns.ts';
import { ConnectionCounter } from '../../src/telemetry/connection-counter.ts';
import { createGraphQLEndpoint } from '../../src/transports/http.ts';
import { createStalledResponses } from '../../src/transports/stalled-responses.ts';
import { createYogaTransport } from '../../src/transports/yoga.ts';
import { createHttpServer } from '../../src/web/http-server.ts';
import { createTestTools } from '../support/tools.ts';

const ANY_ORIGIN = { isAllowed: () => true } as unknown as Parameters<
  typeof createGraphQLEndpoint
>[0]['origins'];

/** The gateway's GraphQL endpoint with a schema that counts what it changes; the gateway's own mutations by GET stand in the conformance suite. */
async function startWithMutation() {
  let changes = 0;
  const schema = makeExecutableSchema({
    typeDefs: 'type Query { a: Int } type Mutation { change: Int }',
    resolvers: {
      Mutation: {
        change: () => {
          changes += 1;
          return changes;
        },
      },
    },
  });
  const tools = createTestTools();
  const { clock } = tools;
  const ignore = () => undefined;
  const reports = new OperationReports({ ...tools, onFinished: ignore, onRefused: ignore });
  const engine = new OperationEngine({
    schema,
    limits: { tokens: 100, depth: 5, aliases: 5, directives: 5, locators: 5 },
    mode: 'development',
    createContext: () => ({}) as GatewayContext,
    hasLostAccess: () => false,
    admission: { operation: ignore, locators: ignore },
    trustedDocuments: null,
    maskError: createErrorMask(tools),
    reports,
    moment: () => 0,
    turns: new Turns(),
  });
  const sessions = new AccessSessions(clock);
  const endpoint = createGraphQLEndpoint({
    engine,
    yoga: createYogaTransport({ schema, sessions, clock, counter: new ConnectionCounter() }),
    authenticate: () => ANONYMOUS,
    bodyBytes: 10_000,
    graphiql: null,
    origins: ANY_ORIGIN,
    stalledResponses: createStalledResponses(clock, ignore),
    reports,
    clientAddressOf: () => '127.0.0.1',
  });
  const server = createHttpServer((request, response) => {
    void endpoint(request, response, new URL(request.url ?? '', 'http://localhost'));
  }, {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ask: (search: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}/graphql${search}`, init),
    changes: () => changes,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a GET', () => {
  it.each([
    'mutation { change }',
    'mutation Change { change }',
    'query Read { a } mutation Change { change }&operationName=Change',
  ])('changes nothing: %s', async (query) => {
    await using endpoint = await startWithMutation();

    // Twice: what was parsed before is kept.
    const answers = [await endpoint.ask(`?query=${query}`), await endpoint.ask(`?query=${query}`)];

    expect(answers.map(({ status }) => status)).toEqual([405, 405]);
    expect(answers.map(({ headers }) => headers.get('allow'))).toEqual(['POST', 'POST']);
    expect(endpoint.changes()).toBe(0);
  });

  it('is refused what a POST with the same document may do, before it and after it', async () => {
    await using endpoint = await startWithMutation();
    const query = 'mutation { change }';
    const post = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    };

    const before = await endpoint.ask(`?query=${query}`);
    const done = await endpoint.ask('', post);
    const after = await endpoint.ask(`?query=${query}`);

    expect([before.status, await done.json(), after.status]).toEqual([405, { data: { change: 1 } }, 405]);
    expect(endpoint.changes()).toBe(1);
  });
});
