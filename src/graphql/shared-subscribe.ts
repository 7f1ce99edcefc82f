import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  Kind,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { EventSource } from '../export/watch/event-stream.ts';
import type { GatewayContext } from './context.ts';
import type { createErrorMask } from './errors.ts';
import { type Outlet, PushedStream } from './pushed-stream.ts';
import { SharedAnswers } from './shared-answers.ts';

export interface SharedSubscribeSettings {
  readonly maskError: ReturnType<typeof createErrorMask>;
}

/** Takes the place of graphql-js's `subscribe`. */
export type SharedSubscribe = (
  args: ExecutionArgs,
  outlet?: Outlet | undefined,
) => Promise<ResultStream | ExecutionResult>;

/** Answers of one subscription; every subscriber with the same view of an event gets the very same result object. */
export type ResultStream = AsyncIterableIterator<ExecutionResult>;

/**
 * Runs subscriptions so that each event is resolved once for all who look at it in the same way.
 *
 * Two subscribers look alike when they have the same document, the same tenant, and the same values of those variables that
 * stand inside the selection; which exports they named does not matter. The answer is shared, its serialised form too. Where there
 * is an outlet it goes there directly, and the stream only tells the end.
 */
export function createSharedSubscribe({ maskError }: SharedSubscribeSettings): SharedSubscribe {
  const answers = new SharedAnswers(maskError);

  return async (args, outlet) => {
    const source = await createSourceEventStream(args).catch(
      (error: unknown): ExecutionResult => ({ errors: [maskError(error)] }),
    );
    if (!isAsyncIterable(source)) return answers.mask(source);
    const look = describeLook(args);
    const events = source as EventSource;
    if (outlet !== undefined) return new PushedStream({ events, answers, look, args, outlet });
    const stream: ResultStream = {
      async next() {
        const { done, value } = await events.next();
        return done
          ? { done: true, value: undefined }
          : { done: false, value: await answers.find(value, look, args).result };
      },
      async return() {
        await events.return?.();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => stream,
    };
    return stream;
  };
}

const documentNumbers = new WeakMap<DocumentNode, number>();
let documentCount = 0;

/** What decides how an event is shown, in one word. */
function describeLook(args: ExecutionArgs): string {
  const { document, operationName, variableValues } = args;
  let number = documentNumbers.get(document);
  if (number === undefined) {
    documentCount += 1;
    number = documentCount;
    documentNumbers.set(document, number);
  }
  const { tenant } = args.contextValue as GatewayContext;
  const used = variablesInside(document, operationName).map((name) => [name, variableValues?.[name]]);
  return JSON.stringify([number, operationName, tenant, used]);
}

const variablesByDocument = new WeakMap<DocumentNode, Map<string, readonly string[]>>();

/** The variables that stand inside the root field's selection or in a fragment, not in the root field's own arguments. */
function variablesInside(
  document: DocumentNode,
  operationName: string | null | undefined,
): readonly string[] {
  const known = variablesByDocument.get(document) ?? new Map<string, readonly string[]>();
  variablesByDocument.set(document, known);
  const name = operationName ?? '';
  const names = known.get(name) ?? findVariables(document, operationName);
  known.set(name, names);
  return names;
}

function findVariables(document: DocumentNode, operationName: string | null | undefined): readonly string[] {
  const names = new Set<string>();
  const collect = (node: SelectionSetNode): void => {
    visit(node, { Variable: (variable) => void names.add(variable.name.value) });
  };
  const operation = getOperationAST(document, operationName);
  for (const selection of operation?.selectionSet.selections ?? []) {
    if ('selectionSet' in selection && selection.selectionSet) collect(selection.selectionSet);
    for (const directive of selection.directives ?? []) {
      visit(directive, { Variable: (variable) => void names.add(variable.name.value) });
    }
  }
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) collect(definition.selectionSet);
  }
  return [...names].sort();
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
