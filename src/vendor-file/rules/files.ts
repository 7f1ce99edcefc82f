import type { KeyPath, Problem } from '../../yaml/problem.ts';
import { listAt, valueAt } from '../../yaml/tree.ts';
import { checkInstant } from './status.ts';
import { exactlyOne, isMapping, problemAt, type Rule } from './view.ts';

/** Where files are: which keys each kind has. */
export const fileRules: readonly Rule[] = [
  ({ tree }) => filePaths(tree).flatMap((path) => checkFile(tree, path)),
];

function filePaths(tree: unknown): readonly KeyPath[] {
  const files = valueAt(tree, ['files']);
  return isMapping(files) ? [['files']] : listAt(tree, ['files']).map((_, index) => ['files', index]);
}

function checkFile(tree: unknown, path: KeyPath): readonly Problem[] {
  const file = valueAt(tree, path);
  if (!isMapping(file)) return [];
  const { kind, credential, hosts } = file;
  const hasCredential = credential === true;
  return [
    ...checkKeys(tree, path, file, hasCredential),
    ...(kind === 'stream' || kind === 'lookup' ? exactlyOne(tree, path, ['request', 'path']) : []),
    ...(kind !== 'stream' && kind !== undefined && file.at === undefined
      ? [problemAt(tree, path, 'at: where the link stands', 'no at')]
      : []),
    ...(hasCredential && Array.isArray(hosts) && hosts.includes('*')
      ? [problemAt(tree, [...path, 'hosts'], 'hosts by name where the link needs the credential', '"*"')]
      : []),
    ...checkInstant(tree, [...path, 'expiresAt'], ''),
    ...checkEnd(tree, path),
  ];
}

/** Keys that a kind does not have. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  link: ['path'],
  links: ['request', 'path'],
  stream: ['at', 'hosts', 'lives', 'credential'],
  lookup: [],
};

function checkKeys(
  tree: unknown,
  path: KeyPath,
  file: Readonly<Record<string, unknown>>,
  hasCredential: boolean,
): readonly Problem[] {
  const kind = String(file.kind);
  const foreign = Object.hasOwn(FOREIGN, kind) ? (FOREIGN[kind] ?? []) : [];
  const needsCredential = kind === 'link' && !hasCredential ? ['request'] : [];
  return [...foreign, ...needsCredential]
    .filter((key) => file[key] !== undefined)
    .map((key) => {
      const allowed =
        key === 'request' && kind === 'link'
          ? 'a request only beside credential: true'
          : `no ${key} for kind ${kind}`;
      return problemAt(tree, [...path, key], allowed, `the key ${key}`);
    });
}

function checkEnd(tree: unknown, path: KeyPath): readonly Problem[] {
  const rule = valueAt(tree, [...path, 'expiresAt']);
  if (!isMapping(rule) || rule.link === undefined) return [];
  const others = ['at', 'from', 'plus', 'as'].filter((key) => rule[key] !== undefined);
  return others.length === 0
    ? []
    : [
        problemAt(
          tree,
          [...path, 'expiresAt'],
          'link, or at, or from and plus',
          `link and ${others.join(', ')}`,
        ),
      ];
}
