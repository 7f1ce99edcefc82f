import {
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/**
 * Pairs of fields with one name that GraphQL's own rules may have to compare; each takes them some microseconds.
 *
 * Thirty fragments of five fields each, all spread in one place, come to less than three thousand.
 */
const MAX_COMPARISONS = 6_000;
/** Fields looked at while counting; a document has a thousand at most, but fragments can be spread in many places. */
const MAX_VISITS = 10_000;

/**
 * A validation rule that refuses documents which repeat the same fields in the same place again and again.
 *
 * GraphQL compares each two of them (OverlappingFieldsCanBeMerged), with all that is selected inside: within a thousand tokens that can
 * hold the process up for a quarter of a second. Counting them is linear.
 */
export function limitComparisons(context: ValidationContext): ASTVisitor {
  return {
    Document(document) {
      if (!isTooMuch(document)) return;
      const message =
        'The same fields stand in the same place too often: name each once, or ask in several operations.';
      context.reportError(new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } }));
    },
  };
}

/** One place of an answer: every selection set that contributes to it. */
type Place = readonly SelectionSetNode[];

function isTooMuch({ definitions }: DocumentNode): boolean {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const waiting: Place[] = [];
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    if ('selectionSet' in definition && definition.selectionSet) waiting.push([definition.selectionSet]);
  }
  let comparisons = 0;
  let visits = 0;
  // A list, not a recursion: fragments that spread themselves inside a field have no end.
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const { fields, spreads, seen } = lookAt(place, fragments);
    visits += seen;
    comparisons += pairs(spreads);
    for (const { count, inner } of fields) {
      comparisons += pairs(count);
      if (inner.length > 0) waiting.push(inner);
    }
    if (comparisons > MAX_COMPARISONS || visits > MAX_VISITS) return true;
  }
  return false;
}

interface FieldsOfOneName {
  count: number;
  readonly inner: SelectionSetNode[];
}

/** The fields of one place by the names they are answered under, fragments laid out, each once. */
function lookAt(place: Place, fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
  const fields = new Map<string, FieldsOfOneName>();
  const spread = new Set<string>();
  const waiting = [...place];
  let seen = 0;
  for (let set = waiting.pop(); set !== undefined; set = waiting.pop()) {
    seen += set.selections.length;
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) waiting.push(selection.selectionSet);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        if (fragment === undefined || spread.has(selection.name.value)) continue;
        spread.add(selection.name.value);
        waiting.push(fragment.selectionSet);
      } else {
        const name = (selection.alias ?? selection.name).value;
        const same = fields.get(name) ?? { count: 0, inner: [] };
        fields.set(name, same);
        same.count += 1;
        if (selection.selectionSet !== undefined) same.inner.push(selection.selectionSet);
      }
    }
  }
  return { fields: fields.values(), spreads: spread.size, seen };
}

function pairs(count: number): number {
  return (count * (count - 1)) / 2;
}
