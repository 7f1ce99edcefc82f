import {
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  getVariableValues,
} from 'graphql';
import type { CompiledQuery } from 'graphql-jit';
import type { GatewayContext } from '../graphql/context.ts';
import type { Compiler } from './compiler.ts';
import type { Operation } from './documents.ts';
import { VariableReaders } from './variable-reader.ts';

/**
 * `compiled`: every operation is compiled before it is first run; `interpreted`: none is; `adaptive`: those that are run again and again.
 */
export type ExecutorKind = 'adaptive' | 'compiled' | 'interpreted';

/** Variables as an operation has declared them: checked, with defaults. */
export type Variables = Readonly<Record<string, unknown>>;

/** An operation that was run so often is compiled: that takes some milliseconds once, and saves most of what each run costs. */
const RUNS_TO_COMPILE = 8;
/** Of one operation's variables; the rest is not told. */
const MAX_VARIABLE_ERRORS = 50;

/** Runs operations that are known to be valid. */
export class Executor {
  private readonly schema: GraphQLSchema;
  private readonly kind: ExecutorKind;
  private readonly expectedTypes: readonly string[] | undefined;
  private readonly variableReaders: VariableReaders;
  private compiler: Compiler | null = null;
  private loading: Promise<void> | null = null;

  /** @param expectedTypes - see `Compiler` */
  constructor(schema: GraphQLSchema, kind: ExecutorKind = 'adaptive', expectedTypes?: readonly string[]) {
    this.schema = schema;
    this.kind = kind;
    this.expectedTypes = expectedTypes;
    this.variableReaders = new VariableReaders(schema);
  }

  /**
   * Checks an operation's variables against what it declares.
   *
   * graphql-js has the last word, whichever way the operation is run: the compiler knows nothing of `@oneOf`, and has words of its own.
   */
  readVariables(
    operation: Operation,
    given: Readonly<Record<string, unknown>>,
  ): { readonly coerced: Variables } | { readonly errors: readonly GraphQLError[] } {
    const { variableDefinitions } = operation.node;
    if (variableDefinitions === undefined || variableDefinitions.length === 0) return NO_VARIABLES;
    if (operation.readVariables === undefined)
      operation.readVariables = this.variableReaders.create(operation.node);
    const coerced = operation.readVariables?.(given) ?? null;
    if (coerced !== null) return { coerced };
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
    if (this.kind === 'compiled' && this.compiler === null)
      return this.load().then(() => this.execute(operation, rootValue, contextValue, given, variables));
    const compiled = this.compiled(operation);
    if (compiled === null) return this.interpret(operation, rootValue, contextValue, given);
    const result = compiled.query(rootValue, contextValue, variables) as
      | ExecutionResult
      | Promise<ExecutionResult>;
    const settle = (settled: ExecutionResult) => {
      if (!this.compiler?.wasSurprised(contextValue)) return settled;
      operation.compiled = undefined;
      return this.interpret(operation, rootValue, contextValue, given);
    };
    return result instanceof Promise ? result.then(settle) : settle(result);
  }

  private interpret(
    operation: Operation,
    rootValue: unknown,
    contextValue: GatewayContext,
    given: Readonly<Record<string, unknown>>,
  ): ExecutionResult | Promise<ExecutionResult> {
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
    if (this.kind === 'interpreted') return null;
    operation.runs += 1;
    if (this.kind === 'adaptive' && operation.runs < RUNS_TO_COMPILE) return null;
    if (this.compiler === null) {
      void this.load();
      return null;
    }
    const compiled = this.compiler.compile(operation);
    operation.compiled = compiled;
    return compiled;
  }

  /** The compiler and its packages are loaded when the first operation is to be compiled: a start need not wait for them. */
  private load(): Promise<void> {
    this.loading ??= import('./compiler.ts').then(({ Compiler: Loaded }) => {
      this.compiler = new Loaded(this.schema, this.expectedTypes);
    });
    return this.loading;
  }
}

const NO_VARIABLES = { coerced: Object.freeze({}) } as const;
