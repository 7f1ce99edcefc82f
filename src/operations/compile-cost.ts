import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/**
 * True where no more than so many selections are compiled.
 *
 * The compiler lays every fragment out where it is spread, and writes a selection on an interface once for each type that implements it:
 * inside one another that multiplies, so that some hundred characters may become tens of thousands of fields. Counting stops at the bound.
 */
export function isCheapToCompile(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  maxSelections: number,
): boolean {
  const root = schema.getRootType(operation.operation);
  return root ? new Count(schema, document, maxSelections).isWithin(operation.selectionSet, root) : false;
}

class Count {
  private readonly schema: GraphQLSchema;
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private left: number;

  constructor(schema: GraphQLSchema, { definitions }: DocumentNode, maxSelections: number) {
    this.schema = schema;
    this.left = maxSelections;
    for (const definition of definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
  }

  isWithin(selectionSet: SelectionSetNode, type: GraphQLNamedType): boolean {
    this.add(selectionSet, type);
    return this.left >= 0;
  }

  /** As compiled for every type that this one may turn out to be. */
  private add(selectionSet: SelectionSetNode, type: GraphQLNamedType): void {
    if (isAbstractType(type))
      for (const possible of this.schema.getPossibleTypes(type)) this.addFor(selectionSet, possible);
    else this.addFor(selectionSet, type);
  }

  private addFor(selectionSet: SelectionSetNode, type: GraphQLNamedType): void {
    for (const selection of selectionSet.selections) {
      this.left -= 1;
      if (this.left < 0) return;
      if (selection.kind === Kind.FIELD) {
        if (selection.selectionSet !== undefined)
          this.add(selection.selectionSet, this.typeOf(type, selection.name.value) ?? type);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
      if (fragment !== undefined && this.isFor(fragment.typeCondition?.name.value, type))
        this.addFor(fragment.selectionSet, type);
    }
  }

  private typeOf(type: GraphQLNamedType, field: string): GraphQLNamedType | undefined {
    if (field === '__schema') return this.schema.getType('__Schema');
    if (field === '__type') return this.schema.getType('__Type');
    if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
    const found = type.getFields()[field];
    return found === undefined ? undefined : getNamedType(found.type);
  }

  private isFor(condition: string | undefined, type: GraphQLNamedType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const wider = this.schema.getType(condition);
    return isAbstractType(wider) && isObjectType(type) && this.schema.isSubType(wider, type);
  }
}
