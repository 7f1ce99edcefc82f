import {
  type DocumentNode,
  type ExecutionArgs,
  getOperationAST,
  Kind,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { GatewayContext } from '../graphql/context.ts';
import { toEventDocument } from './event-document.ts';

/** Looks that subscribers to come can share; those in use live on with their subscribers. */
const MAX_LOOKS = 1_000;

/** One way to look at events: everything but whose events they are. */
export interface Look {
  /** The same for the same look. */
  readonly name: string;
  readonly args: Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'>;
}

/** Finds the look of a subscription: its document, its tenant and the variables inside what it selects. Those who look alike share the object too. */
export function createLooks(): (args: ExecutionArgs) => Look {
  const looks = new LRUCache<string, Look>({ max: MAX_LOOKS });
  return (args) => {
    const { schema, operationName, variableValues } = args;
    const shape = shapeOf(args);
    // One that is left out has its default, which null has not.
    const used = shape.variables.filter((name) => variableValues?.[name] !== undefined);
    const values = used.map((name) => [name, variableValues?.[name]] as const);
    const { tenant } = args.contextValue as GatewayContext;
    const name = JSON.stringify([shape.number, operationName, tenant, values]);
    const known = looks.get(name);
    if (known !== undefined) return known;
    const { document } = shape;
    const look = {
      name,
      args: { schema, document, operationName, variableValues: Object.fromEntries(values) },
    };
    looks.set(name, look);
    return look;
  };
}

/** One operation of a document, whatever its variables are. */
interface Shape {
  readonly number: number;
  /** What stands inside the root field's selection or in a fragment, not in the root field's own arguments. */
  readonly variables: readonly string[];
  /** See `toEventDocument`. */
  readonly document: DocumentNode;
}

const shapesByDocument = new WeakMap<DocumentNode, Map<string, Shape>>();
let shapeCount = 0;

function shapeOf({ document, operationName }: ExecutionArgs): Shape {
  const shapes = shapesByDocument.get(document) ?? new Map<string, Shape>();
  shapesByDocument.set(document, shapes);
  const name = operationName ?? '';
  let shape = shapes.get(name);
  if (shape === undefined) {
    shapeCount += 1;
    const variables = findVariables(document, operationName);
    shape = {
      number: shapeCount,
      variables,
      document: toEventDocument(document, operationName, variables),
    };
    shapes.set(name, shape);
  }
  return shape;
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
