import { closestName } from '../../yaml/closest.ts';
import { withSuggestion } from '../../yaml/hints.ts';
import { type KeyPath, type Problem, quote } from '../../yaml/problem.ts';
import { listAt, valueAt } from '../../yaml/tree.ts';
import type { Template } from '../declaration.ts';
import { type CharSet, isWithin } from '../pattern/char-set.ts';
import { findPathFault, NAME_PATTERN, namesInPath, parseTemplate } from '../template.ts';
import { type FileView, isMapping, mappingAt, problemAt, type Rule } from './view.ts';

/** Requests name only what is known where they are made, and none says what only credentials and the connection may say. */
export const requestRules: readonly Rule[] = [
  topHeadersAreSound,
  (file) => findRequests(file).flatMap((place) => checkRequest(file, place)),
  batchNamesIds,
  factsNameKnown,
];

/** A request of the file, and which names its templates may use beside the settings. */
interface RequestPlace {
  readonly path: KeyPath;
  readonly ids: readonly string[];
  /** Names that only its body knows. */
  readonly inBody: readonly string[];
  /** Names that it knows everywhere. */
  readonly given: readonly string[];
  readonly hasPointers: boolean;
  readonly method: string;
}

function findRequests({ tree, ids }: FileView): readonly RequestPlace[] {
  const others = ids.slice(0, -1);
  const usual = { ids, inBody: [], given: [], hasPointers: false, method: 'GET' };
  const files = valueAt(tree, ['files']);
  const filePaths = isMapping(files)
    ? [['files']]
    : listAt(tree, ['files']).map((_, index) => ['files', index]);
  const answered = Object.keys(mappingAt(tree, ['start', 'answer', 'ids']));
  return [
    { ...usual, path: ['status', 'request'] },
    { ...usual, path: ['status', 'further', 'request'] },
    { ...usual, path: ['status', 'batch', 'request'], ids: others, inBody: ['ids'] },
    { ...usual, path: ['list', 'request'], ids: others, given: ['limit'] },
    {
      ...usual,
      path: ['start', 'request'],
      ids: others.filter((id) => !answered.includes(id)),
      method: 'POST',
    },
    { ...usual, path: ['start', 'then', 'request'], method: 'POST' },
    { ...usual, path: ['cancel', 'request'], method: 'POST' },
    { ...usual, path: ['cancel', 'then', 'request'], method: 'POST' },
    ...filePaths.flatMap((path) => [
      { ...usual, path: [...path, 'request'], hasPointers: true },
      { ...usual, path, hasPointers: true },
    ]),
  ];
}

function checkRequest(file: FileView, place: RequestPlace): readonly Problem[] {
  const request = valueAt(file.tree, place.path);
  if (!isMapping(request)) return [];
  const isFile = place.path[0] === 'files' && place.path.at(-1) !== 'request';
  return [
    ...checkPath(file, place),
    ...(isFile ? [] : checkQuery(file, place)),
    ...(isFile ? [] : checkHeaders(file, [...place.path, 'headers'], place)),
    ...(isFile ? [] : checkBody(file, place)),
  ];
}

function checkPath(file: FileView, place: RequestPlace): readonly Problem[] {
  const path = [...place.path, 'path'];
  const text = valueAt(file.tree, path);
  if (typeof text !== 'string' || findPathFault(text) !== undefined) return [];
  const useless = namesInPath(text).bracketed.some((names) => !names.some(file.isOptional));
  return [
    ...checkNames(file, path, parseTemplate(text.replaceAll(/[[\]]/g, '')), place),
    ...(useless
      ? [problemAt(file.tree, path, 'in each […] an id that is optional: without one it never falls away')]
      : []),
  ];
}

function checkQuery(file: FileView, place: RequestPlace): readonly Problem[] {
  return Object.entries(mappingAt(file.tree, [...place.path, 'query'])).flatMap(([name, value]) =>
    typeof value === 'string'
      ? checkNames(file, [...place.path, 'query', name], parseTemplate(value), place)
      : [],
  );
}

/**
 * Headers that no file sets: how a message is framed and where it goes, what the connection does, what proves who asks, and how an
 * answer is packed, which is the gateway's own business (RFC 9110 and RFC 9112; read 2026-11).
 */
const FORBIDDEN_HEADERS: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'cookie',
  'cookie2',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'max-forwards',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'range',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
]);

export function isForbiddenHeader(name: string): boolean {
  return FORBIDDEN_HEADERS.has(name.toLowerCase());
}

/** Visible ASCII and spaces: what may stand in a header's value. */
const HEADER_CHARS: CharSet = [[0x20, 0x7e]];

const TOP_PLACE = { ids: [], given: [], hasPointers: false } as const;

function topHeadersAreSound(file: FileView): readonly Problem[] {
  return checkHeaders(file, ['headers'], TOP_PLACE);
}

function checkHeaders(
  file: FileView,
  path: KeyPath,
  place: Pick<RequestPlace, 'ids' | 'given' | 'hasPointers'>,
): readonly Problem[] {
  const credentialHeaders = credentialHeadersOf(file);
  const seen = new Set<string>();
  return Object.entries(mappingAt(file.tree, path)).flatMap(([name, value]) => {
    const at = [...path, name];
    const lower = name.toLowerCase();
    if (isForbiddenHeader(name))
      return [
        problemAt(
          file.tree,
          at,
          'no header that the connection or the gateway sets',
          `the header ${quote(name)}`,
        ),
      ];
    if (lower === 'authorization' || credentialHeaders.has(lower)) {
      return [
        problemAt(
          file.tree,
          at,
          'no header that carries the credential: that is for credentials to say',
          `the header ${quote(name)}`,
        ),
      ];
    }
    if (seen.has(lower))
      return [problemAt(file.tree, at, 'each header once', `the header ${quote(name)} again`)];
    seen.add(lower);
    if (typeof value !== 'string') return [];
    const template = parseTemplate(value);
    return [...checkNames(file, at, template, place), ...checkHeaderValue(file, at, value, template)];
  });
}

function checkHeaderValue(
  file: FileView,
  path: KeyPath,
  value: string,
  template: Template | undefined,
): readonly Problem[] {
  if (!/^[ -~]*$/.test(value) || value.trim() !== value || value === '') {
    return [problemAt(file.tree, path, 'visible ASCII, with spaces only inside')];
  }
  return (template ?? []).flatMap((part) => {
    const pattern = 'name' in part ? file.patternOf(part.name) : undefined;
    if (!('name' in part) || pattern === undefined || isWithin(pattern.alphabet, HEADER_CHARS)) return [];
    return [
      problemAt(
        file.tree,
        path,
        'only ids and settings whose pattern matches nothing but visible ASCII and spaces',
      ),
    ];
  });
}

/** Headers that credentials of this vendor are sent in, in lower case. */
function credentialHeadersOf({ tree }: FileView): ReadonlySet<string> {
  const headers = Object.values(mappingAt(tree, ['credentials'])).flatMap((rule) =>
    [valueAt(rule, ['header']), valueAt(rule, ['send', 'header'])].filter((name) => typeof name === 'string'),
  );
  return new Set(headers.map((name) => name.toLowerCase()));
}

function checkBody(file: FileView, place: RequestPlace): readonly Problem[] {
  const request = mappingAt(file.tree, place.path);
  const path = [...place.path, 'body'];
  const { body, method = place.method } = request;
  if (body === undefined || body === null) return [];
  if (method === 'GET') return [problemAt(file.tree, path, 'no body: the method is GET', 'a body')];
  return textsIn(body, path).flatMap(({ text, path: at }) => {
    const whole = /^\{([^{}]*)\}$/.exec(text)?.[1];
    if (whole === undefined) return [];
    // Only a text that is one name and nothing else is sure to be meant as a name: GraphQL documents are full of braces.
    if (!NAME_PATTERN.test(whole) && !whole.startsWith('/')) return [];
    const inBody = { ...place, given: [...place.given, ...place.inBody] };
    return checkNames(file, at, parseTemplate(text), inBody);
  });
}

function textsIn(
  value: unknown,
  path: KeyPath,
): readonly { readonly text: string; readonly path: KeyPath }[] {
  if (typeof value === 'string') return [{ text: value, path }];
  if (Array.isArray(value)) return value.flatMap((each, index) => textsIn(each, [...path, index]));
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([key, each]) => textsIn(each, [...path, key]));
}

/** Every name in a template is one that is known there. */
export function checkNames(
  file: FileView,
  path: KeyPath,
  template: Template | undefined,
  { ids, given, hasPointers }: Pick<RequestPlace, 'ids' | 'given' | 'hasPointers'>,
): readonly Problem[] {
  const known = [...ids, ...file.settings, ...given];
  return (template ?? []).flatMap((part) => {
    if ('pointer' in part && !hasPointers) {
      return [
        problemAt(
          file.tree,
          path,
          'a pointer between braces only in the requests of files',
          `{/${part.pointer.join('/')}}`,
        ),
      ];
    }
    if (!('name' in part) || known.includes(part.name)) return [];
    const closest = closestName(part.name, known);
    const allowed =
      known.length === 0 ? 'no names: none are known here' : known.map((name) => `{${name}}`).join(', ');
    return [
      problemAt(
        file.tree,
        path,
        closest === undefined ? allowed : withSuggestion(allowed, closest),
        `{${part.name}}`,
      ),
    ];
  });
}

function batchNamesIds({ tree }: FileView): readonly Problem[] {
  const path = ['status', 'batch', 'request'];
  const request = valueAt(tree, path);
  if (!isMapping(request)) return [];
  const texts = textsIn(request.body, path);
  return texts.some(({ text }) => text.includes('{ids}'))
    ? []
    : [problemAt(tree, path, 'a body with {ids} in it', 'a call that names no ids')];
}

/** Names of files and their media types. */
function factsNameKnown(file: FileView): readonly Problem[] {
  const files = valueAt(file.tree, ['files']);
  const paths = isMapping(files)
    ? [['files']]
    : listAt(file.tree, ['files']).map((_, index) => ['files', index]);
  return paths.flatMap((path) =>
    ['name', 'mediaType'].flatMap((key) => {
      const text = valueAt(file.tree, [...path, key]);
      if (typeof text !== 'string' || text.startsWith('/')) return [];
      return checkNames(file, [...path, key], parseTemplate(text), {
        ids: file.ids,
        given: [],
        hasPointers: false,
      });
    }),
  );
}
