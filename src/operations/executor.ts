import {
  type ExecutionResult,
  execute,
  extendSchema,
  type GraphQLError,
  type GraphQLField,
  type GraphQLScalarType,
  type GraphQLSchema,
  getNullableType,
  getVariableValues,
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

/**
 * `compiled`: every operation is compiled before it is first run; `interpreted`: none is; `adaptive`: those that are run again and again.
 */
export type ExecutorKind = 'adaptive' | 'compiled' | 'interpreted';

/** Variables as an operation has declared them: checked, with defaults. */
export type Variables = Readonly<Record<string, unknown>>;

/** An operation that was run so often is compiled: that takes some milliseconds once, and saves most of what each run costs. */
const RUNS_TO_COMPILE = 8;
/** Larger operations are interpreted: to compile one would hold up everybody else. Each selection takes 30 µs, and three times as much in a process that has just begun. */
const MAX_COMPILED_SELECTIONS = 200;
const MAX_COMPILED_LENGTH = 4_000;
/** Of one operation's variables; the rest is not told. */
const MAX_VARIABLE_ERRORS = 50;

/** The type of every variable in what is compiled: their values have been checked by then. */
const CHECKED = 'WaybillCheckedValue';

/** Runs operations that are known to be valid. */
export class Executor {
  private readonly schema: GraphQLSchema;
  private readonly kind: ExecutorKind;
  private readonly compilingSchema: GraphQLSchema | null;

  constructor(schema: GraphQLSchema, kind: ExecutorKind = 'adaptive') {
    this.schema = schema;
    this.kind = kind;
    this.compilingSchema = kind === 'interpreted' ? null : toCompilingSchema(schema);
  }

  /**
   * Checks an operation's variables against what it declares.
   *
   * graphql-js does it whichever way the operation is run: the compiler knows nothing of `@oneOf`, and has words of its own.
   */
  readVariables(
    { node }: Operation,
    given: Readonly<Record<string, unknown>>,
  ): { readonly coerced: Variables } | { readonly errors: readonly GraphQLError[] } {
    const { variableDefinitions } = node;
    if (variableDefinitions === undefined || variableDefinitions.length === 0) return NO_VARIABLES;
    const read = getVariableValues(this.schema, variableDefinitions, given, {
      maxErrors: MAX_VARIABLE_ERRORS,
    });
    return read.errors === undefined ? { coerced: read.coerced } : { errors: read.errors };
  }

  /**
   * @param given - the variables as they came, for the interpreter, which reads them itself
   * @param variables - the same, checked
   */
  execute(
    operation: Operation,
    rootValue: unknown,
    contextValue: GatewayContext,
    given: Readonly<Record<string, unknown>>,
    variables: Variables,
  ): ExecutionResult | Promise<ExecutionResult> {
    const compiled = this.compiled(operation);
    if (compiled !== null)
      return compiled.query(rootValue, contextValue, variables) as ExecutionResult | Promise<ExecutionResult>;
    return execute({
      schema: this.schema,
      document: operation.document,
      operationName: operation.name,
      variableValues: given,
      rootValue,
      contextValue,
    }) as ExecutionResult | Promise<ExecutionResult>;
  }

  private compiled(operation: Operation): CompiledQuery | null {
    if (operation.compiled !== undefined) return operation.compiled as CompiledQuery | null;
    if (this.compilingSchema === null) return null;
    operation.runs += 1;
    if (this.kind === 'adaptive' && operation.runs < RUNS_TO_COMPILE) return null;
    const compiled = compile(this.compilingSchema, operation);
    operation.compiled = compiled;
    return compiled;
  }
}

const NO_VARIABLES = { coerced: Object.freeze({}) } as const;

/** Null for what the compiler cannot do, or should not. */
function compile(schema: GraphQLSchema, { document, node, name }: Operation): CompiledQuery | null {
  const length = document.loc?.end ?? 0;
  const text = document.loc?.source.body ?? '';
  // Such a name is a key like any other to GraphQL, and none to an object literal.
  if (length > MAX_COMPILED_LENGTH || text.includes('__proto__')) return null;
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
