import {
  type DocumentNode,
  type ExecutionArgs,
  getOperationAST,
  Kind,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { GatewayContext } from './context.ts';

/** Looks that subscribers to come can share; those in use live on with their subscribers. */
const MAX_LOOKS = 1_000;

/** One way to look at events: everything but whose events they are. */
export interface Look {
  /** The same for the same look. */
  readonly name: string;
  readonly args: Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'>;
}

/** Finds the look of a subscription; those who look alike share the object too. */
export function createLooks(): (args: ExecutionArgs) => Look {
  const looks = new LRUCache<string, Look>({ max: MAX_LOOKS });
  return (args) => {
    const name = describe(args);
    const known = looks.get(name);
    if (known !== undefined) return known;
    const { schema, document, operationName, variableValues } = args;
    const look = { name, args: { schema, document, operationName, variableValues } };
    looks.set(name, look);
    return look;
  };
}

const documentNumbers = new WeakMap<DocumentNode, number>();
let documentCount = 0;

/** What decides how an event is shown, in one word. */
function describe(args: ExecutionArgs): string {
  const { document, operationName, variableValues } = args;
  let number = documentNumbers.get(document);
  if (number === undefined) {
    documentCount += 1;
    number = documentCount;
    documentNumbers.set(document, number);
  }
  const { tenant } = args.contextValue as GatewayContext;
  // One that is left out has its default, which null has not.
  const used = variablesInside(document, operationName)
    .filter((name) => variableValues?.[name] !== undefined)
    .map((name) => [name, variableValues?.[name]]);
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
