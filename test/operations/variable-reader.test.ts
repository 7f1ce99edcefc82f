import fc from 'fast-check';
import { buildSchema, getVariableValues, type OperationDefinitionNode, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/graphql/schema.ts';
import { VariableReaders } from '../../src/operations/variable-reader.ts';

const schema = buildSchema(`
  type Query { ask(tree: Tree, choice: Choice, kinds: [Kind!], numbers: [[Int]!], flag: Boolean!, text: String, id: ID, float: Float): Int }
  enum Kind { ONE TWO }
  input Tree { name: String! = "none", size: Int, kinds: [Kind!] = [ONE], children: [Tree!], choice: Choice }
  input Choice @oneOf { byName: String, byTree: Tree, byKind: Kind }
`);
function operationOf(text: string): OperationDefinitionNode {
  return parse(text).definitions[0] as OperationDefinitionNode;
}

function readBoth(text: string, given: Record<string, unknown>, of = schema) {
  const operation = operationOf(text);
  const read = new VariableReaders(of).create(operation);
  const expected = getVariableValues(of, operation.variableDefinitions ?? [], given);
  return { own: read === null ? null : read(given), expected };
}

const leaf = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 'ONE', 'TWO', 'three', '', 0, 1, -7, 1.5, 2 ** 31, '12'),
  fc.string({ maxLength: 5 }),
);
const tree = fc.letrec<{ value: unknown; tree: unknown; choice: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    tie('tree'),
    tie('choice'),
  ),
  tree: fc.record(
    {
      name: fc.oneof({ weight: 4, arbitrary: fc.string() }, leaf),
      size: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: -5, max: 5 }) }, leaf),
      kinds: fc.oneof(
        { weight: 4, arbitrary: fc.array(fc.constantFrom('ONE', 'TWO'), { maxLength: 3 }) },
        leaf,
      ),
      children: fc.oneof({ weight: 4, arbitrary: fc.array(tie('tree'), { maxLength: 2 }) }, leaf),
      choice: fc.oneof({ weight: 4, arbitrary: tie('choice') }, leaf),
      unknown: fc.constantFrom<unknown>(1),
    },
    { requiredKeys: [] },
  ),
  choice: fc.record(
    {
      byName: fc.oneof({ weight: 4, arbitrary: fc.string() }, leaf),
      byTree: tie('tree'),
      byKind: fc.constantFrom<unknown>('ONE', 'TWO', null),
    },
    { requiredKeys: [] },
  ),
})).value;
/** A variable's type, perhaps a default, and a value that fits more often than not; as a body of JSON brings it. */
const variable = fc
  .oneof(
    fc.record({
      type: fc.constantFrom(
        'Tree',
        'Tree!',
        '[Tree]',
        '[Tree!]!',
        'Tree = { name: "standard", choice: { byKind: TWO } }',
      ),
      value: tree,
    }),
    fc.record({ type: fc.constantFrom('Choice', 'Choice!', '[Choice!]'), value: tree }),
    fc.record({
      type: fc.constantFrom('[Kind!]', '[Kind]! = [TWO]', 'Kind'),
      value: fc.oneof(fc.array(fc.constantFrom('ONE', 'TWO')), leaf),
    }),
    fc.record({
      type: fc.constantFrom('[[Int]!]', '[[Int!]]'),
      value: fc.array(fc.array(fc.option(fc.integer({ max: 9 })))),
    }),
    fc.record({ type: fc.constantFrom('Boolean!', 'String', 'ID = "7"', 'Float', 'Int'), value: leaf }),
  )
  .map(({ type, value }) => ({ type, value: JSON.parse(JSON.stringify(value)) as unknown }));

describe("an operation's variables", () => {
  it('are read as graphql-js reads them, or left to it', () => {
    let read = 0;
    fc.assert(
      fc.property(variable, fc.boolean(), ({ type, value }, isGiven) => {
        const { own, expected } = readBoth(`query ($v: ${type}) { __typename }`, isGiven ? { v: value } : {});
        if (own === null) return;
        read += 1;
        expect(expected.errors).toBeUndefined();
        expect(own).toEqual(expected.coerced);
        expect(JSON.stringify(own)).toBe(JSON.stringify(expected.coerced));
      }),
      { numRuns: 3_000 },
    );
    expect(read).toBeGreaterThan(500);
  });

  it.each([
    ['nothing where nothing is needed', 'query ($text: String) { __typename @skip(if: false) }', {}],
    ['a default', 'query ($kinds: [Kind!] = [TWO]) { ask(kinds: $kinds, flag: true) }', {}],
    [
      'null for a default',
      'query ($kinds: [Kind!] = [TWO]) { ask(kinds: $kinds, flag: true) }',
      { kinds: null },
    ],
    ['lists of lists', 'query ($n: [[Int]!]) { ask(numbers: $n, flag: true) }', { n: [[1, null], []] }],
    [
      'an object within an object',
      'query ($t: Tree) { ask(tree: $t, flag: true) }',
      { t: { children: [{ size: 1 }] } },
    ],
    ['one of several', 'query ($c: Choice) { ask(choice: $c, flag: true) }', { c: { byTree: { size: 3 } } }],
    ['a number for an id', 'query ($id: ID) { ask(id: $id, flag: true) }', { id: 12 }],
  ])('are read at once: %s', (_name, text, given) => {
    const { own, expected } = readBoth(text, given);

    expect(own).toEqual(expected.coerced);
  });

  it.each([
    ['a wrong type', { c: 3 }],
    ['two of one', { c: { byName: 'a', byKind: 'ONE' } }],
    ['none of one', { c: {} }],
    ['null of one', { c: { byName: null } }],
    ['an unknown field', { c: { byName: 'a', other: 1 } }],
    [
      'a field by the name of a prototype',
      { c: JSON.parse('{"byName":"a","__proto__":{"x":1}}') as unknown },
    ],
    ['an unknown value', { c: { byKind: 'THREE' } }],
    ['a list', { c: [{ byName: 'a' }] }],
  ])('are left to graphql-js, which says what is wrong: %s', (_name, given) => {
    const { own, expected } = readBoth('query ($c: Choice) { ask(choice: $c, flag: true) }', given);

    expect(own).toBeNull();
    expect(expected.errors).not.toBeUndefined();
  });

  it('are left to graphql-js where one is called like a prototype', () => {
    const text = 'query ($__proto__: String) { ask(text: $__proto__, flag: true) }';

    expect(new VariableReaders(schema).create(operationOf(text))).toBeNull();
  });

  it("are read at once for the schema's own locators", () => {
    const text =
      'query ($one: ExportLocator!, $many: [ExportLocator!]!) { export(locator: $one) { id } exports(locators: $many) { id } }';
    const one = { powerBi: { reportId: 'a', exportId: 'b', account: 'main' } };
    const { own, expected } = readBoth(text, { one, many: [one, { id: 'x' }] }, createSchema());

    expect(own).toEqual(expected.coerced);
    expect(own).toEqual({ one, many: [one, { id: 'x' }] });
  });
});
