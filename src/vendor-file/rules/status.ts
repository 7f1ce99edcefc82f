import { closestName } from '../../yaml/closest.ts';
import { withSuggestion } from '../../yaml/hints.ts';
import { type KeyPath, type Problem, quote, shorten } from '../../yaml/problem.ts';
import { listAt, valueAt } from '../../yaml/tree.ts';
import { INSTANT_FIELDS } from '../declaration.ts';
import { isPointer, toPointer } from '../pointer.ts';
import { POINTERS_ALLOWED } from '../schema/values.ts';
import { exactlyOne, type FileView, isMapping, mappingAt, problemAt, type Rule } from './view.ts';

/** How an export is read: words, refinements, fields, pages. */
export const statusRules: readonly Rule[] = [
  idIsSaidOnce,
  outcomesAreOfSuccesses,
  wordsAreDifferent,
  refinedWordsAreListed,
  comparisonsAreSound,
  instantsAreSound,
  ({ tree }) => checkOneOf(tree, ['status', 'fields', 'retryAfterMs'], ['header', 'at']),
  detailsFitTheirType,
  detailsSayWhereTheyAre,
  furtherIsAsked,
  pagesAreToldOneWay,
  cursorHasAPlaceInTheBody,
];

const FURTHER = ['status', 'further'];

/** Where an answer is described: the status call's, and that of the call after it. */
const ANSWERS: readonly KeyPath[] = [['status'], FURTHER];

function checkOneOf(tree: unknown, path: KeyPath, keys: readonly string[]): readonly Problem[] {
  return isMapping(valueAt(tree, path)) ? exactlyOne(tree, path, keys) : [];
}

function idIsSaidOnce({ tree }: FileView): readonly Problem[] {
  return ANSWERS.flatMap((answer) => {
    const { id, idFrom, idPrefix } = mappingAt(tree, answer);
    const isFromLocator = idFrom !== undefined || (isMapping(id) && id.idFrom !== undefined);
    if (id !== undefined && idFrom !== undefined) {
      return [problemAt(tree, [...answer, 'idFrom'], 'id or idFrom, not both')];
    }
    return idPrefix !== undefined && (id === undefined || isFromLocator)
      ? [problemAt(tree, [...answer, 'idPrefix'], 'an idPrefix only beside id')]
      : [];
  });
}

function readingsOf(tree: unknown): readonly KeyPath[] {
  return ANSWERS.flatMap((answer) => [
    ...Object.keys(mappingAt(tree, [...answer, 'words'])).map((word) => [...answer, 'words', word]),
    ...listAt(tree, [...answer, 'refine']).map((_, index) => [...answer, 'refine', index, 'is']),
  ]);
}

function outcomesAreOfSuccesses({ tree }: FileView): readonly Problem[] {
  return readingsOf(tree).flatMap((path) => {
    const reading = valueAt(tree, path);
    if (!isMapping(reading) || reading.outcome === undefined || reading.status === 'SUCCEEDED') return [];
    return [problemAt(tree, [...path, 'outcome'], 'an outcome only beside SUCCEEDED')];
  });
}

function wordsAreDifferent({ tree }: FileView): readonly Problem[] {
  if (valueAt(tree, ['status', 'caseless']) !== true) return [];
  return ANSWERS.flatMap((answer) => {
    const seen = new Map<string, string>();
    return Object.keys(mappingAt(tree, [...answer, 'words'])).flatMap((word) => {
      const other = seen.get(word.toLowerCase());
      seen.set(word.toLowerCase(), word);
      if (other === undefined) return [];
      const found = `${quote(word)}, the same as ${quote(other)}`;
      return [{ path: [...answer, 'words', word], found, allowed: 'each word once: caseless is true' }];
    });
  });
}

function refinedWordsAreListed({ tree }: FileView): readonly Problem[] {
  return ANSWERS.flatMap((answer) =>
    listAt(tree, [...answer, 'refine']).flatMap((_, index) =>
      checkWord(tree, [...answer, 'refine', index, 'word'], [...answer, 'words']),
    ),
  );
}

/** A word that is named elsewhere is one of its table. */
function checkWord(tree: unknown, path: KeyPath, table: KeyPath): readonly Problem[] {
  const words = Object.keys(mappingAt(tree, table));
  const isCaseless = valueAt(tree, ['status', 'caseless']) === true;
  const word = valueAt(tree, path);
  if (typeof word !== 'string' || words.some((each) => isSame(each, word, isCaseless))) return [];
  const closest = closestName(word, words);
  const allowed = 'one of words';
  return [problemAt(tree, path, closest === undefined ? allowed : withSuggestion(allowed, closest))];
}

function isSame(left: string, right: string, isCaseless: boolean): boolean {
  return isCaseless ? left.toLowerCase() === right.toLowerCase() : left === right;
}

/** Every `where` of the file: pointers, and what they are compared with. */
function comparisonsAreSound({ tree }: FileView): readonly Problem[] {
  return wheresOf(tree).flatMap((path) =>
    Object.entries(mappingAt(tree, path)).flatMap(([pointer, comparison]) => {
      const at = [...path, pointer];
      if (!isPointer(pointer)) {
        return [problemAt(tree, at, 'a JSON Pointer such as /row_count', `the name ${quote(pointer)}`)];
      }
      return isMapping(comparison) && Object.keys(comparison).length === 0
        ? [problemAt(tree, at, 'is, above, below, empty or absent', 'an empty mapping')]
        : [];
    }),
  );
}

function wheresOf(tree: unknown): readonly KeyPath[] {
  const files = valueAt(tree, ['files']);
  return [
    ...ANSWERS.flatMap((answer) =>
      listAt(tree, [...answer, 'refine']).map((_, index) => [...answer, 'refine', index, 'where']),
    ),
    ...(isMapping(files)
      ? [['files', 'where']]
      : listAt(tree, ['files']).map((_, index) => ['files', index, 'where'])),
    ...listAt(tree, ['start', 'then', 'done']).map((_, index) => ['start', 'then', 'done', index, 'where']),
    ...Object.keys(mappingAt(tree, ['errors'])).flatMap((kind) =>
      [
        ['errors', kind],
        ['errors', kind, 'when'],
      ].flatMap((path) => listAt(tree, path).map((_, index) => [...path, index, 'where'])),
    ),
  ];
}

function instantsAreSound({ tree }: FileView): readonly Problem[] {
  return ANSWERS.flatMap((answer) =>
    INSTANT_FIELDS.flatMap((name) => checkInstant(tree, [...answer, 'fields', name], name, answer)),
  );
}

/**
 * An instant stands in the answer, or is so long after another one that does.
 *
 * @param answer - whose fields that one is of
 */
export function checkInstant(
  tree: unknown,
  path: KeyPath,
  name: string,
  answer: KeyPath = ['status'],
): readonly Problem[] {
  const rule = valueAt(tree, path);
  if (!isMapping(rule)) return [];
  const { from, plus, at, as } = rule;
  if (from === undefined && plus === undefined) {
    return at === undefined && rule.link === undefined ? exactlyOne(tree, path, ['at', 'from']) : [];
  }
  if (from === undefined || plus === undefined) {
    return [
      problemAt(tree, path, 'from and plus together', from === undefined ? 'plus alone' : 'from alone'),
    ];
  }
  if (at !== undefined || as !== undefined) return [problemAt(tree, path, 'at, or from and plus', 'both')];
  const source = valueAt(tree, [...answer, 'fields', String(from)]);
  if (from === name || source === undefined || (isMapping(source) && source.from !== undefined)) {
    const allowed = `another instant of ${answer.join('.')}.fields that stands in the answer`;
    return [problemAt(tree, [...path, 'from'], allowed)];
  }
  return [];
}

/** What each conversion makes of a value. */
const CONVERTED: Readonly<Record<string, readonly string[]>> = {
  rfc3339: ['DateTime'],
  'epoch-seconds': ['DateTime'],
  'epoch-millis': ['DateTime'],
  'epoch-seconds-text': ['DateTime'],
  'integer-text': ['Int', 'Float'],
  fraction: ['Int', 'Float'],
};

function detailsFitTheirType({ tree }: FileView): readonly Problem[] {
  return ANSWERS.flatMap((answer) =>
    Object.entries(mappingAt(tree, [...answer, 'details'])).flatMap(([name, detail]) => {
      const { as, type } = isMapping(detail) ? detail : {};
      if (typeof as !== 'string' || typeof type !== 'string' || !Object.hasOwn(CONVERTED, as)) return [];
      const types = CONVERTED[as] ?? [];
      if (types.includes(type.replaceAll(/[[\]!]/g, ''))) return [];
      const path = [...answer, 'details', name, 'as'];
      return [problemAt(tree, path, `${types.join(' or ')} as the type`, `${as} of a ${shorten(type)}`)];
    }),
  );
}

/** Without one of these nothing tells for how long an export has stood still. */
const CHANGES = ['updatedAt', 'startedAt', 'createdAt'] as const;

/** When the further call is made: by a word that there is, or by an instant that the answer holds. */
function furtherIsAsked({ tree }: FileView): readonly Problem[] {
  const path = [...FURTHER, 'when'];
  const when = valueAt(tree, path);
  if (!isMapping(when)) return [];
  const words = listAt(tree, [...path, 'words']);
  const fields = mappingAt(tree, ['status', 'fields']);
  const isTold = CHANGES.some((name) => fields[name] !== undefined);
  return [
    ...(words.length === 0 && when.stalled !== true
      ? [problemAt(tree, path, 'words, stalled: true, or both', 'neither')]
      : []),
    ...(when.stalled === true && !isTold
      ? [
          problemAt(
            tree,
            [...path, 'stalled'],
            `true only where status.fields has ${CHANGES.join(', ')} or several of them`,
          ),
        ]
      : []),
    ...words.flatMap((_, index) => checkWord(tree, [...path, 'words', index], ['status', 'words'])),
  ];
}

function detailsSayWhereTheyAre({ tree }: FileView): readonly Problem[] {
  return ANSWERS.flatMap((answer) =>
    Object.entries(mappingAt(tree, [...answer, 'details'])).flatMap(([name, detail]) => {
      if (!isMapping(detail)) return [];
      const path = [...answer, 'details', name];
      if (detail.type === 'DateTime') return checkInstant(tree, path, name, answer);
      if (detail.from !== undefined || detail.plus !== undefined)
        return [problemAt(tree, [...path, 'type'], 'DateTime beside from and plus')];
      return detail.at === undefined ? [problemAt(tree, [...path, 'at'], POINTERS_ALLOWED)] : [];
    }),
  );
}

/** Which keys of `next` belong together. */
const WAYS = [
  ['cursor', 'query'],
  ['cursor', 'query', 'more'],
  ['cursor', 'query', 'alone'],
  ['cursor', 'query', 'alone', 'more'],
  ['cursor', 'body'],
  ['cursor', 'body', 'more'],
  ['link'],
  ['offset', 'size'],
  ['url'],
  ['last', 'query', 'more'],
] as const;

function pagesAreToldOneWay({ tree }: FileView): readonly Problem[] {
  const path = ['list', 'next'];
  const next = valueAt(tree, path);
  if (!isMapping(next)) return [];
  const given = Object.keys(next)
    .filter((key) => next[key] !== undefined)
    .sort();
  if (WAYS.some((way) => [...way].sort().join() === given.join())) return [];
  const allowed = WAYS.map((way) => way.join(' with ')).join('; or ');
  return [problemAt(tree, path, allowed, given.length === 0 ? 'nothing' : given.map(shorten).join(', '))];
}

/** A cursor is laid beside what every call says, into a mapping that is there: nothing is written over, and a first page has none. */
function cursorHasAPlaceInTheBody({ tree }: FileView): readonly Problem[] {
  const path = ['list', 'next', 'body'];
  const place = valueAt(tree, path);
  const request = valueAt(tree, ['list', 'request']);
  if (typeof place !== 'string' || !isPointer(place) || !isMapping(request)) return [];
  if (request.encoding === 'form') return [problemAt(tree, path, 'a cursor in a body only where it is JSON')];
  const parts = toPointer(place);
  const name = parts.at(-1);
  const around = valueAt(request.body, parts.slice(0, -1));
  return name !== undefined && isMapping(around) && !Object.hasOwn(around, name)
    ? []
    : [problemAt(tree, path, 'a place for a further member in a mapping of list.request.body')];
}
