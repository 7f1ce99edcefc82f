import { Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';

interface Operation {
  readonly type: string;
  readonly name: string | undefined;
}

interface Question {
  readonly query: string;
  readonly operationName?: string;
}

// The page's own module, in a variable so that TypeScript does not look for its types.
const module = '../../src/graphiql/operations.js';
const { operationsOf, choose } = (await import(module)) as {
  operationsOf(text: string): readonly Operation[];
  choose(question: Question): { readonly question: Question; readonly isSubscription: boolean };
};

const DOCUMENTS = [
  '{ a }',
  'query A { a } subscription B { b }',
  'query A($of: In = { list: [{ query: "}" }] }) @skip(if: false) { a(of: $of) { query subscription } } mutation M { m }',
  '# subscription No { n }\nsubscription Yes { y }',
  'query Q { a(text: """}{ subscription No { \\""" } """) }',
  'fragment query on Query { a } query subscription { ...query }',
  'subscription ($query: Int) @query(mutation: 1) { a(b: "\\"}{") }',
  'query A { a } { b }',
];

describe('GraphiQL’s choice of an operation', () => {
  it.each(DOCUMENTS)('knows the operations that GraphQL finds in %s', (text) => {
    const found = parse(text).definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION
        ? [{ type: definition.operation, name: definition.name?.value }]
        : [],
    );

    expect(operationsOf(text)).toEqual(found);
  });

  it('is the only one of the document, whatever the tab before was called', () => {
    const question = { query: 'subscription Watch { a }', operationName: 'OfTheTabBefore' };

    expect(choose(question)).toEqual({
      question: { query: question.query, operationName: 'Watch' },
      isSubscription: true,
    });
  });

  it('is the one that is named, or left to the server', () => {
    const query = 'query A { a } subscription B { b }';

    expect(choose({ query, operationName: 'B' }).isSubscription).toBe(true);
    expect(choose({ query, operationName: 'A' }).isSubscription).toBe(false);
    expect(choose({ query, operationName: 'C' }).question).toEqual({ query, operationName: 'C' });
    expect(choose({ query: 'no document {{{' }).question).toEqual({ query: 'no document {{{' });
  });
});
