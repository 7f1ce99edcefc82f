import {
  type DocumentNode,
  type FieldNode,
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
 * True where an operation can be compiled, and comes to no more than so many selections when it is.
 *
 * The compiler lays every fragment out where it is spread, and writes a selection on an interface once for each type that implements it:
 * inside one another that multiplies, so that some hundred characters may become tens of thousands of fields. Counting stops at the bound.
 *
 * A field that stands twice in one place, once under a condition, keeps the place of the first in what graphql-jit 0.8.9 answers, though the
 * first may be left out: the order of the fields is then another one than GraphQL's.
 *
 * Of several mutations in one document it carries out those that come after one that has failed, though the whole answer is null by then:
 * their caller would not learn what was done.
 */
export function isCompilable(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  maxSelections: number,
): boolean {
  if (operation.operation === 'mutation' && !hasOneField(operation)) return false;
  const root = schema.getRootType(operation.operation);
  return root ? new Layout(schema, document, maxSelections).fits(operation.selectionSet, root) : false;
}

function hasOneField({ selectionSet: { selections } }: OperationDefinitionNode): boolean {
  return selections.length === 1 && selections[0]?.kind === Kind.FIELD;
}

/** The fields of one place by the names they are answered under: true where one stands under a condition. */
type Place = Map<string, boolean>;

/** An operation as the compiler lays it out. */
class Layout {
  private readonly schema: GraphQLSchema;
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly hasConditions: boolean;
  private left: number;
  private isInOrder = true;

  constructor(schema: GraphQLSchema, { definitions, loc }: DocumentNode, maxSelections: number) {
    this.schema = schema;
    this.left = maxSelections;
    this.hasConditions = loc === undefined || loc.source.body.includes('@');
    for (const definition of definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
  }

  fits(selectionSet: SelectionSetNode, type: GraphQLNamedType): boolean {
    this.add(selectionSet, type);
    return this.left >= 0 && this.isInOrder;
  }

  /** As compiled for every type that this one may turn out to be. */
  private add(selectionSet: SelectionSetNode, type: GraphQLNamedType): void {
    const types = isAbstractType(type) ? this.schema.getPossibleTypes(type) : [type];
    for (const possible of types) this.addFor(selectionSet, possible, new Map(), false);
  }

  private addFor(
    selectionSet: SelectionSetNode,
    type: GraphQLNamedType,
    place: Place,
    isInsideCondition: boolean,
  ): void {
    for (const selection of selectionSet.selections) {
      this.left -= 1;
      if (this.left < 0 || !this.isInOrder) return;
      const isConditional = isInsideCondition || (selection.directives?.length ?? 0) > 0;
      if (selection.kind === Kind.FIELD) {
        this.note(selection, place, isConditional);
        if (selection.selectionSet !== undefined)
          this.add(selection.selectionSet, this.typeOf(type, selection.name.value) ?? type);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
      if (fragment !== undefined && this.isFor(fragment.typeCondition?.name.value, type))
        this.addFor(fragment.selectionSet, type, place, isConditional);
    }
  }

  private note({ alias, name, selectionSet }: FieldNode, place: Place, isConditional: boolean): void {
    if (!this.hasConditions) return;
    const key = (alias ?? name).value;
    const earlier = place.get(key);
    // What is selected inside of both is put together, whose fields may stand under conditions too.
    if (earlier !== undefined && (earlier || isConditional || selectionSet !== undefined))
      this.isInOrder = false;
    place.set(key, isConditional);
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
