import type { KeyPath, Problem } from '../../yaml/problem.ts';
import { listAt, valueAt } from '../../yaml/tree.ts';
import { type CharSet, overlap } from '../pattern/char-set.ts';
import { toExample, toMatcher } from '../pattern/samples.ts';
import { isForbiddenHeader } from './requests.ts';
import { exactlyOne, type FileView, isMapping, mappingAt, problemAt, type Rule } from './view.ts';

/** Grammars, credentials, errors and bounds. */
export const otherRules: readonly Rule[] = [
  grammarsAreSound,
  credentialsAreSent,
  rowsSaySomething,
  waitsAreSaidOneWay,
  pacingIsARange,
];

/** What no id holds: slashes part the ids of a locator's text, and nobody sees what else is here. */
const NOT_IN_IDS: CharSet = [
  [0x00, 0x20],
  [0x2f, 0x2f],
  [0x5c, 0x5c],
  [0x7f, 0xa0],
  [0x2000, 0x200f],
  [0x2028, 0x202f],
  [0x2060, 0x206f],
  [0xd800, 0xdfff],
  [0xfeff, 0xfeff],
];

const CONTROLS: CharSet = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x2028, 0x202e],
  [0xd800, 0xdfff],
];

function grammarsAreSound(file: FileView): readonly Problem[] {
  return [
    ...file.ids.flatMap((name) => checkGrammar(file, ['locator', name], NOT_IN_IDS, ID_ALLOWED)),
    ...file.settings.flatMap((name) => checkGrammar(file, ['settings', name], CONTROLS, SETTING_ALLOWED)),
    ...file.settings.flatMap((name) => {
      const { optional, default: fallback } = mappingAt(file.tree, ['settings', name]);
      return optional === true && fallback !== undefined
        ? [problemAt(file.tree, ['settings', name, 'optional'], 'optional or a default, not both')]
        : [];
    }),
  ];
}

const ID_ALLOWED =
  'a pattern that matches no slash, backslash, space or control character: say which characters an id has, as in [A-Za-z0-9_-]{1,64}';
const SETTING_ALLOWED = 'a pattern that matches no control character, and no line end';

function checkGrammar(
  file: FileView,
  path: KeyPath,
  forbidden: CharSet,
  allowed: string,
): readonly Problem[] {
  const pattern = file.patternOf(String(path.at(-1)));
  if (pattern === undefined) return [];
  const matcher = toMatcher(pattern.source);
  if (overlap(pattern.alphabet, forbidden)) return [problemAt(file.tree, [...path, 'pattern'], allowed)];
  if (matcher.test(''))
    return [problemAt(file.tree, [...path, 'pattern'], 'a pattern that does not match the empty text')];
  const given = ['default', 'example'].filter((key) => valueAt(file.tree, [...path, key]) !== undefined);
  if (given.length === 0 && toExample(pattern.source) === undefined) {
    return [problemAt(file.tree, path, 'an example that fits the pattern', 'none')];
  }
  return given.flatMap((key) => {
    const value = valueAt(file.tree, [...path, key]);
    return typeof value !== 'string' || matcher.test(value)
      ? []
      : [problemAt(file.tree, [...path, key], 'a value that fits the pattern')];
  });
}

function credentialsAreSent({ tree }: FileView): readonly Problem[] {
  const credentials = valueAt(tree, ['credentials']);
  if (!isMapping(credentials)) return [];
  const sends: KeyPath[] = [
    ['credentials', 'api-key'],
    ['credentials', 'bearer'],
    ['credentials', 'client-credentials', 'send'],
    ['credentials', 'refresh-token', 'send'],
  ];
  const none = Object.keys(credentials).length === 0;
  return [
    ...(none ? [problemAt(tree, ['credentials'], 'at least one kind of credential', 'none')] : []),
    ...sends.flatMap((path) => checkSend(tree, path)),
  ];
}

function checkSend(tree: unknown, path: KeyPath): readonly Problem[] {
  const send = valueAt(tree, path);
  if (!isMapping(send)) return [];
  const mayBeEmpty = path[1] !== 'api-key' && Object.keys(send).length === 0;
  const { header, prefix } = send;
  const isForbidden =
    typeof header === 'string' && (isForbiddenHeader(header) || /^(?:content-type|accept)$/i.test(header));
  return [
    ...(mayBeEmpty ? [] : exactlyOne(tree, path, ['header', 'basic'])),
    ...(prefix !== undefined && header === undefined
      ? [problemAt(tree, [...path, 'prefix'], 'a prefix only beside header')]
      : []),
    ...(isForbidden
      ? [problemAt(tree, [...path, 'header'], 'a header that the connection and the request do not use')]
      : []),
  ];
}

function errorRows(tree: unknown): readonly KeyPath[] {
  const lists = Object.keys(mappingAt(tree, ['errors'])).flatMap((kind) => {
    if (kind === 'code' || kind === 'message') return [];
    return [isMapping(valueAt(tree, ['errors', kind])) ? ['errors', kind, 'when'] : ['errors', kind]];
  });
  return [...lists, ['start', 'then', 'done']].flatMap((path) =>
    listAt(tree, path).map((_, index) => [...path, index]),
  );
}

function rowsSaySomething({ tree }: FileView): readonly Problem[] {
  const { code, message } = mappingAt(tree, ['errors']);
  return errorRows(tree).flatMap((path) => {
    const row = valueAt(tree, path);
    if (!isMapping(row)) return [];
    const isEmpty =
      row.namesId !== true && ['status', 'code', 'message', 'where'].every((key) => row[key] === undefined);
    return [
      ...(isEmpty
        ? [
            problemAt(
              tree,
              path,
              'at least one of status, code, message, where',
              'a row that fits everything',
            ),
          ]
        : []),
      ...(row.code !== undefined && code === undefined
        ? [problemAt(tree, [...path, 'code'], 'a code only where errors.code says where codes stand')]
        : []),
      ...(row.message !== undefined && message === undefined
        ? [
            problemAt(
              tree,
              [...path, 'message'],
              'a message only where errors.message says where messages stand',
            ),
          ]
        : []),
      ...(row.namesId === true && message === undefined
        ? [problemAt(tree, [...path, 'namesId'], 'true only where errors.message says where messages stand')]
        : []),
    ];
  });
}

function waitsAreSaidOneWay({ tree }: FileView): readonly Problem[] {
  const lists = [['errors', 'throttled', 'wait'], ...errorRows(tree).map((path) => [...path, 'wait'])];
  return lists.flatMap((path) => {
    const waits = listAt(tree, path);
    return waits.flatMap((wait, index) => {
      const at = [...path, index];
      const isDefault = isMapping(wait) && wait.default !== undefined;
      return [
        ...exactlyOne(tree, at, ['header', 'at', 'default']),
        ...(isDefault && index < waits.length - 1
          ? [
              problemAt(
                tree,
                at,
                'the default last: what stands behind it is never looked at',
                'a default before others',
              ),
            ]
          : []),
      ];
    });
  });
}

function pacingIsARange({ tree }: FileView): readonly Problem[] {
  const { minMs = 5_000, maxMs = 60_000 } = mappingAt(tree, ['pacing']);
  if (typeof minMs !== 'number' || typeof maxMs !== 'number' || minMs <= maxMs) return [];
  return [problemAt(tree, ['pacing'], 'minMs at most maxMs', `minMs ${minMs} above maxMs ${maxMs}`)];
}
