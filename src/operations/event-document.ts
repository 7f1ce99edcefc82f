import {
  type DocumentNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';

/**
 * A subscription's document as its single events are shown by: without the variables that only say whose events they are.
 *
 * graphql-js reads all variables anew for every event, and a hundred locators take it half a millisecond. By then `exportEvents` has been
 * subscribed to, so its arguments say nothing any more.
 *
 * @param variables - names of those that stand inside what is selected; the others go
 */
export function toEventDocument(
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: readonly string[],
): DocumentNode {
  const operation = getOperationAST(document, operationName);
  if (!operation) return document;
  const shown = toShown(operation, variables);
  return {
    ...document,
    definitions: document.definitions.map((definition) => (definition === operation ? shown : definition)),
  };
}

function toShown(operation: OperationDefinitionNode, variables: readonly string[]): OperationDefinitionNode {
  const { variableDefinitions = [], selectionSet } = operation;
  return {
    ...operation,
    variableDefinitions: variableDefinitions.filter(({ variable }) =>
      variables.includes(variable.name.value),
    ),
    selectionSet: { ...selectionSet, selections: selectionSet.selections.map(withoutArguments) },
  };
}

/** A root field that names no exports: the list is required, and may be empty here. One in a fragment stays, its variables too. */
function withoutArguments(selection: SelectionNode): SelectionNode {
  if (selection.kind !== Kind.FIELD || !selection.arguments?.length) return selection;
  const name = { kind: Kind.NAME, value: 'locators' } as const;
  return { ...selection, arguments: [{ kind: Kind.ARGUMENT, name, value: { kind: Kind.LIST, values: [] } }] };
}
