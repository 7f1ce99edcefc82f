import { type Document, isAlias, isScalar, type LineCounter, type Node, visit } from 'yaml';
import { toPlace } from './places.ts';
import type { Place, Problem } from './problem.ts';

const MAX_FANCIES = 10;

/** Keys that every object of JavaScript's has, or that YAML 1.1 merges by. */
const FORBIDDEN_KEYS: ReadonlySet<unknown> = new Set(['__proto__', '<<']);

/** Everything in a document that is not plain: what makes a small file stand for a large tree, or a tree of other things than it shows. */
export function findFancies(
  document: Document,
  lines: LineCounter,
): readonly (Problem & { readonly place: Place })[] {
  const fancies: (Problem & { readonly place: Place })[] = [];
  const add = (node: Node, found: string, allowed: string) => {
    fancies.push({ path: [], place: toPlace(lines, node.range?.[0] ?? 0), found, allowed });
  };
  visit(document, {
    Node(key, node) {
      if (fancies.length >= MAX_FANCIES) return visit.BREAK;
      if (isAlias(node)) add(node, 'an alias', 'the value itself');
      else if (node.anchor !== undefined) add(node, 'an anchor', 'no anchors');
      else if (node.tag?.startsWith('!') === true) add(node, 'a tag', 'no tags');
      if (key === 'key' && isScalar(node) && FORBIDDEN_KEYS.has(node.value)) {
        const found = node.value === '<<' ? 'a merge key' : 'the key __proto__';
        add(node, found, 'the keys themselves, under other names');
      }
      return undefined;
    },
  });
  return fancies;
}
