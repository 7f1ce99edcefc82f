import { makeExecutableSchema } from '@graphql-tools/schema';
import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/access/caller.ts';
import type { GatewayContext } from '../../src/graphql/context.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { createGatewayYoga } from '../../src/transports/yoga.ts';
import { createRecordingLog } from '../support/tools.ts';

/** The gateway's GraphQL server with a schema that can change something, as a later one may. */
function startWithMutation() {
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
  const yoga = createGatewayYoga({
    schema,
    limits: { tokens: 100, bodyBytes: 10_000, depth: 5, aliases: 5, directives: 5, locators: 5 },
    mode: 'development',
    createContext: () => ({}) as GatewayContext,
    hasLostAccess: () => false,
    admission: { operation: async () => undefined, locators: async () => undefined },
    trustedDocuments: null,
    subscribe: () => {
      throw new Error('Nothing is subscribed to here.');
    },
    log: createRecordingLog(),
    maskError: (error) => (error instanceof GraphQLError ? error : new GraphQLError('Unexpected error.')),
  });
  const ask = (path: string, init?: RequestInit) =>
    yoga.fetch(`http://localhost/graphql${path}`, init ?? {}, { caller: ANONYMOUS });
  return { ask, changes: () => changes };
}

describe('a GET', () => {
  it.each([
    'mutation { change }',
    'mutation Change { change }',
    'query Read { a } mutation Change { change }&operationName=Change',
  ])('changes nothing: %s', async (query) => {
    const { ask, changes } = startWithMutation();

    // Twice: what was parsed before is kept.
    const answers = [await ask(`?query=${query}`), await ask(`?query=${query}`)];

    expect(answers.map(({ status }) => status)).toEqual([405, 405]);
    expect(answers.map(({ headers }) => headers.get('allow'))).toEqual(['POST', 'POST']);
    expect(changes()).toBe(0);
  });

  it('is refused what a POST with the same document may do, before it and after it', async () => {
    const { ask, changes } = startWithMutation();
    const query = 'mutation { change }';
    const post = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    };

    const before = await ask(`?query=${query}`);
    const done = await ask('', post);
    const after = await ask(`?query=${query}`);

    expect([before.status, await done.json(), after.status]).toEqual([405, { data: { change: 1 } }, 405]);
    expect(changes()).toBe(1);
  });

  it('could change nothing as it is: the schema has no mutation', () => {
    expect(createSchema().getMutationType()).toBeUndefined();
  });
});
