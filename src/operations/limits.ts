import {
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { limitComparisons } from './comparisons.ts';

/** How large one operation may be. */
export interface OperationLimits {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
}

interface Size {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
}

const NOTHING: Size = { depth: 0, aliases: 0, directives: 0 };

/** Every rule about how large a document may be; those that a manifest's documents are held to are the same. */
export function limitRules(limits: OperationLimits): readonly ((context: ValidationContext) => ASTVisitor)[] {
  return [limitOperations(limits), limitComparisons];
}

/**
 * A validation rule that refuses operations over the limits, counted with every fragment laid out where it is spread.
 *
 * Each fragment is measured once, so the check is linear in the document however often fragments are spread. Introspection has
 * its own rule in graphql-js and is not counted for depth.
 */
export function limitOperations(limits: OperationLimits): (context: ValidationContext) => ASTVisitor {
  return (context) => ({
    Document(document) {
      const measure = createMeasure(document);
      for (const definition of document.definitions) {
        if (definition.kind === Kind.OPERATION_DEFINITION)
          report(context, definition, measure(definition), limits);
      }
    },
  });
}

function report(
  context: ValidationContext,
  operation: OperationDefinitionNode,
  size: Size,
  limits: OperationLimits,
): void {
  for (const name of ['depth', 'aliases', 'directives'] as const) {
    if (size[name] <= limits[name]) continue;
    const message = `This operation has ${name} ${size[name]}; at most ${limits[name]} is allowed. Ask in several operations.`;
    context.reportError(
      new GraphQLError(message, { nodes: operation, extensions: { code: 'BAD_USER_INPUT' } }),
    );
  }
}

function createMeasure(document: DocumentNode): (operation: OperationDefinitionNode) => Size {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, Size>();

  function measureFragment(name: string): Size {
    const known = measured.get(name);
    if (known !== undefined) return known;
    // A fragment that spreads itself is refused by its own rule; here it only must not run for ever.
    measured.set(name, NOTHING);
    const fragment = fragments.get(name);
    const size = fragment === undefined ? NOTHING : measureSelections(fragment.selectionSet);
    measured.set(name, size);
    return size;
  }

  function measureSelections(selectionSet: SelectionSetNode): Size {
    let depth = 0;
    let aliases = 0;
    let directives = 0;
    for (const selection of selectionSet.selections) {
      let inner = NOTHING;
      let own = 0;
      if (selection.kind === Kind.FIELD) {
        own = selection.name.value.startsWith('__') ? 0 : 1;
        if (selection.alias !== undefined) aliases += 1;
        if (selection.selectionSet !== undefined) inner = measureSelections(selection.selectionSet);
        if (own === 0) inner = { ...inner, depth: 0 };
      } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        inner = measureFragment(selection.name.value);
      } else {
        inner = measureSelections(selection.selectionSet);
      }
      depth = Math.max(depth, own + inner.depth);
      aliases += inner.aliases;
      directives += inner.directives + (selection.directives?.length ?? 0);
    }
    return { depth, aliases, directives };
  }

  return (operation) => {
    const size = measureSelections(operation.selectionSet);
    return { ...size, directives: size.directives + (operation.directives?.length ?? 0) };
  };
}
