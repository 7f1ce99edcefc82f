import {
  extendSchema,
  type GraphQLField,
  type GraphQLScalarType,
  type GraphQLSchema,
  getNullableType,
  isAbstractType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type VariableDefinitionNode,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import type { GatewayContext } from '../graphql/context.ts';
import { isCompilable } from './compilable.ts';
import type { Operation } from './documents.ts';

/** Larger operations are interpreted: to compile one would hold up everybody else. Each selection takes 30 µs, and three times as much in a process that has just begun. */
const MAX_COMPILED_SELECTIONS = 200;
const MAX_COMPILED_LENGTH = 4_000;

/** The type of every variable in what is compiled: their values have been checked by then. */
const CHECKED = 'WaybillCheckedValue';

/** What every vendor's own Export type implements. */
const EXPORT = 'Export';

/**
 * Makes functions of operations that are known to be valid.
 *
 * A selection on `Export` is compiled once for each type that an export may have. There are many vendors, and a gateway has accounts at a
 * few: it is compiled for those, and for one that turns up all the same from the next time on (`wasSurprised`).
 */
export class Compiler {
  private readonly schema: GraphQLSchema;
  /** For mutations: nothing is done twice because a type turned up. */
  private readonly whole: GraphQLSchema;
  /** Of vendors' own Export types, those that are compiled for. */
  private readonly expected: Set<string>;
  private narrow: GraphQLSchema | null = null;
  private readonly surprised = new WeakSet<object>();

  /** @param expected - names of vendors' own Export types; left out: all */
  constructor(schema: GraphQLSchema, expected?: readonly string[]) {
    this.schema = schema;
    this.whole = toCompilingSchema(schema);
    this.expected = new Set(expected ?? exportTypesOf(schema));
  }

  /** @returns null for what graphql-jit cannot do, or should not */
  compile({ document, node, name }: Operation): CompiledQuery | null {
    const length = document.loc?.end ?? 0;
    const text = document.loc?.source.body ?? '';
    // Such a name is a key like any other to GraphQL, and none to an object literal.
    if (length > MAX_COMPILED_LENGTH || text.includes('__proto__')) return null;
    const schema = node.operation === 'mutation' ? this.whole : this.narrowed();
    if (!isCompilable(schema, document, node, MAX_COMPILED_SELECTIONS)) return null;
    const definitions = document.definitions.map((definition) =>
      definition === node ? withCheckedVariables(node) : definition,
    );
    const compiled = compileQuery(schema, { ...document, definitions }, name, {
      disablingCapturingStackErrors: true,
      useExperimentalPathBasedSkipInclude: true,
    });
    return isCompiledQuery(compiled) ? compiled : null;
  }

  /** True, once, where an export of an unexpected type came up in the run with this context: its answer is wrong. */
  wasSurprised(context: object): boolean {
    return this.surprised.delete(context);
  }

  private narrowed(): GraphQLSchema {
    this.narrow ??= this.toNarrow();
    return this.narrow;
  }

  private toNarrow(): GraphQLSchema {
    const left = new Set(exportTypesOf(this.schema).filter((name) => !this.expected.has(name)));
    if (left.size === 0) return this.whole;
    const narrow = toCompilingSchema(this.schema);
    const typesOf = narrow.getPossibleTypes.bind(narrow);
    narrow.getPossibleTypes = (type) => typesOf(type).filter(({ name }) => !left.has(name));
    for (const type of Object.values(narrow.getTypeMap())) {
      const { resolveType } = isAbstractType(type) ? type : {};
      if (!isAbstractType(type) || resolveType == null) continue;
      type.resolveType = (value, context, info, abstract) => {
        const name = resolveType(value, context, info, abstract);
        if (typeof name === 'string' && left.has(name)) this.meet(name, context);
        return name;
      };
    }
    return narrow;
  }

  private meet(name: string, context: object): void {
    this.surprised.add(context);
    this.expected.add(name);
    this.narrow = null;
  }
}

function exportTypesOf(schema: GraphQLSchema): readonly string[] {
  const type = schema.getType(EXPORT);
  return isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [];
}

/** The same schema with one type more, and with lists that the compiler does not shorten. */
function toCompilingSchema(schema: GraphQLSchema): GraphQLSchema {
  const extended = extendSchema(schema, parse(`scalar ${CHECKED}`));
  const checked = extended.getType(CHECKED) as GraphQLScalarType;
  checked.parseValue = (value) => value;
  for (const type of Object.values(extended.getTypeMap())) {
    if (isObjectType(type)) Object.values(type.getFields()).forEach(keepPlaces);
  }
  return extended;
}

/**
 * Lets the entries of a list fail as values.
 *
 * graphql-jit 0.8.9 puts the null of an entry that is rejected at the end of what there is of the list, wherever the entry stands: one that
 * fails before another is read takes that one's place, and the list comes out too short. An entry that is an error stays where it is.
 */
function keepPlaces(field: GraphQLField<unknown, GatewayContext>): void {
  const { resolve } = field;
  if (resolve === undefined || !isListType(getNullableType(field.type))) return;
  field.resolve = (...args) => {
    const result: unknown = resolve(...args);
    return result instanceof Promise ? result.then(withPlaces) : withPlaces(result);
  };
}

function withPlaces(entries: unknown): unknown {
  if (!Array.isArray(entries)) return entries;
  return entries.map((entry: unknown) => (entry instanceof Promise ? entry.catch(toError) : entry));
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(`Unexpected error value: ${typeof error}`);
}

function withCheckedVariables(node: OperationDefinitionNode): OperationDefinitionNode {
  return { ...node, variableDefinitions: node.variableDefinitions?.map(toChecked) };
}

/** Without its default, which stands in the value already. */
function toChecked({ kind, variable }: VariableDefinitionNode): VariableDefinitionNode {
  const name = { kind: Kind.NAME, value: CHECKED } as const;
  return { kind, variable, type: { kind: Kind.NAMED_TYPE, name } };
}
