import { closestName } from '../../yaml/closest.ts';
import { withSuggestion } from '../../yaml/hints.ts';
import { type KeyPath, type Problem, quote } from '../../yaml/problem.ts';
import { listAt, valueAt } from '../../yaml/tree.ts';
import { inspectPattern } from '../pattern/pattern.ts';
import { toExample, toMatcher } from '../pattern/samples.ts';
import { isPointer, toPointer } from '../pointer.ts';
import { findPathFault, namesInPath } from '../template.ts';
import { toType } from '../types.ts';
import { isForbiddenHeader } from './requests.ts';
import { exactlyOne, type FileView, isMapping, mappingAt, problemAt, type Rule } from './view.ts';

/** How exports are started, and what calls back. */
export const orderRules: readonly Rule[] = [
  bodyIsSaidOnce,
  everyIdComesFromSomewhere,
  answeredIdsAreKnown,
  placesInTheBodyAreApart,
  fieldsAreSound,
  keyHasAHeaderOfItsOwn,
  callbackIsSaidToAStart,
  waitingWordsAreListed,
];

function bodyIsSaidOnce({ tree }: FileView): readonly Problem[] {
  const start = mappingAt(tree, ['start']);
  const request = mappingAt(tree, ['start', 'request']);
  const word = ['json', 'form'].find((each) => each === request.body);
  const twice = (['nesting', 'under'] as const).filter(
    (key) => start[key] !== undefined && request[key] !== undefined,
  );
  const said = [word, start.body, request.encoding].filter((each) => each !== undefined);
  const encoding = said[0] ?? 'json';
  const nesting = start.nesting === undefined ? ['start', 'request', 'nesting'] : ['start', 'nesting'];
  return [
    ...twice.map((key) => problemAt(tree, ['start', key], `${key} here or in request, not in both`)),
    ...(said.length > 1
      ? [
          problemAt(
            tree,
            ['start', 'request', 'body'],
            'json or form in one place',
            'how the body is written, twice',
          ),
        ]
      : []),
    ...(valueAt(tree, nesting) !== undefined && encoding !== 'form'
      ? [problemAt(tree, nesting, 'brackets only where the body is a form')]
      : []),
  ];
}

function everyIdComesFromSomewhere({ tree, ids, isOptional }: FileView): readonly Problem[] {
  const start = valueAt(tree, ['start']);
  const last = ids.at(-1);
  if (!isMapping(start) || last === undefined) return [];
  const answer = mappingAt(tree, ['start', 'answer']);
  const answered = Object.keys(mappingAt(tree, ['start', 'answer', 'ids']));
  const statusId = valueAt(tree, ['status', 'id']);
  const isGiven =
    answer.id !== undefined || answered.includes(last) || (statusId !== undefined && !isMapping(statusId));
  const path = valueAt(tree, ['start', 'request', 'path']);
  if (typeof path !== 'string' || findPathFault(path) !== undefined) return [];
  const text = JSON.stringify(start.request);
  const { bracketed, plain } = namesInPath(path);
  const asked = new Set([...bracketed.flat(), ...plain]);
  const lost = ids
    .slice(0, -1)
    .find((id) => !isOptional(id) && !asked.has(id) && !answered.includes(id) && !text.includes(`{${id}}`));
  return [
    ...(isGiven
      ? []
      : [problemAt(tree, ['start', 'answer'], `id: where ${last} stands in the answer to a start`, 'no id')]),
    ...(lost === undefined
      ? []
      : [problemAt(tree, ['start', 'answer'], `${lost} in the start's path, or in ids`, `no ${lost}`)]),
  ];
}

function answeredIdsAreKnown({ tree, ids }: FileView): readonly Problem[] {
  return Object.keys(mappingAt(tree, ['start', 'answer', 'ids'])).flatMap((name) => {
    if (ids.includes(name)) return [];
    const closest = closestName(name, ids);
    const allowed = closest === undefined ? ids.join(', ') : withSuggestion(ids.join(', '), closest);
    return [problemAt(tree, ['start', 'answer', 'ids', name], allowed, `the name ${quote(name)}`)];
  });
}

/** Nothing is laid over something else: neither at the same place nor inside of it. */
function placesInTheBodyAreApart({ tree }: FileView): readonly Problem[] {
  const under = valueAt(tree, ['start', 'under']) ?? valueAt(tree, ['start', 'request', 'under']);
  const base = typeof under === 'string' && isPointer(under) ? toPointer(under) : [];
  const places: { readonly path: KeyPath; readonly parts: readonly string[] }[] = [];
  const add = (path: KeyPath, pointer: unknown, below: readonly string[]) => {
    if (typeof pointer !== 'string' || !isPointer(pointer)) return;
    places.push({ path, parts: [...below, ...toPointer(pointer)] });
  };
  for (const pointer of Object.keys(mappingAt(tree, ['start', 'constants']))) {
    add(['start', 'constants', pointer], pointer, []);
  }
  for (const [name, field] of Object.entries(mappingAt(tree, ['start', 'order']))) {
    add(['start', 'order', name, 'at'], valueAt(field, ['at']), base);
  }
  add(['callback', 'at'], valueAt(tree, ['callback', 'at']), base);
  return places.flatMap(({ path, parts }, index) => {
    if (parts.length === base.length && path[1] === 'order') {
      return places.length === 1 ? [] : [problemAt(tree, path, 'a pointer to a member of the body')];
    }
    const other = places
      .slice(0, index)
      .find((each) => isBelow(parts, each.parts) || isBelow(each.parts, parts));
    if (other === undefined) return [];
    return [
      problemAt(
        tree,
        path,
        'a place of its own in the body',
        `/${parts.join('/')}, where /${other.parts.join('/')} goes`,
      ),
    ];
  });
}

function isBelow(parts: readonly string[], others: readonly string[]): boolean {
  return others.every((part, index) => parts[index] === part);
}

const TEXT_TYPES: ReadonlySet<string> = new Set(['String', 'ID', 'URL']);

function fieldsAreSound({ tree }: FileView): readonly Problem[] {
  return Object.entries(mappingAt(tree, ['start', 'order'])).flatMap(([name, field]) => {
    const { type, pattern, example, multiline } = isMapping(field) ? field : {};
    const path = ['start', 'order', name];
    if (typeof type !== 'string') return [];
    if (multiline === true && (toType(type).type !== 'String' || pattern !== undefined))
      return [problemAt(tree, [...path, 'multiline'], 'multiline only of String, without a pattern')];
    const isText = TEXT_TYPES.has(toType(type).type);
    if (typeof pattern !== 'string') return [];
    if (!isText) return [problemAt(tree, [...path, 'pattern'], 'a pattern only of String, ID and URL')];
    const inspected = inspectPattern(pattern);
    if ('found' in inspected) return [];
    if (example === undefined) {
      return toExample(pattern) === undefined
        ? [problemAt(tree, path, 'an example that fits the pattern', 'none')]
        : [];
    }
    const matcher = toMatcher(inspected.source);
    const texts: readonly unknown[] = Array.isArray(example) ? example : [example];
    return texts.every((each) => typeof each === 'string' && matcher.test(each))
      ? []
      : [problemAt(tree, [...path, 'example'], 'an example that fits the pattern')];
  });
}

function keyHasAHeaderOfItsOwn({ tree }: FileView): readonly Problem[] {
  const path = ['start', 'idempotency', 'header'];
  const header = valueAt(tree, path);
  if (typeof header !== 'string') return [];
  const isTaken = isForbiddenHeader(header) || /^(?:authorization|content-type|accept)$/i.test(header);
  return isTaken ? [problemAt(tree, path, 'a header for the key alone, such as Idempotency-Key')] : [];
}

function callbackIsSaidToAStart({ tree }: FileView): readonly Problem[] {
  if (!isMapping(valueAt(tree, ['callback']))) return [];
  return [
    ...exactlyOne(tree, ['callback'], ['at', 'query']),
    ...(valueAt(tree, ['start']) === undefined
      ? [problemAt(tree, ['callback'], 'a callback only where the file has start', 'a callback')]
      : []),
  ];
}

function waitingWordsAreListed({ tree }: FileView): readonly Problem[] {
  const words = Object.keys(mappingAt(tree, ['status', 'words']));
  const path = ['start', 'then', 'waiting'];
  return listAt(tree, path).flatMap((word, index) => {
    if (typeof word !== 'string' || words.includes(word)) return [];
    const closest = closestName(word, words);
    const allowed = 'one of status.words';
    return [
      problemAt(tree, [...path, index], closest === undefined ? allowed : withSuggestion(allowed, closest)),
    ];
  });
}
