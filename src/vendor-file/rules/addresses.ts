import { inspectAddress } from '../../yaml/address.ts';
import { isLoopbackHost } from '../../yaml/loopback.ts';
import type { KeyPath, Problem } from '../../yaml/problem.ts';
import { listAt, valueAt } from '../../yaml/tree.ts';
import type { Template } from '../declaration.ts';
import { type CharSet, isWithin } from '../pattern/char-set.ts';
import { toMatcher } from '../pattern/samples.ts';
import { parseTemplate } from '../template.ts';
import { checkNames } from './requests.ts';
import { type FileView, problemAt, type Rule } from './view.ts';

/** Addresses lead where the file's author says, whatever an account sets. */
export const addressRules: readonly Rule[] = [
  (file) => checkAddress(file, ['baseUrl']),
  (file) => checkAddress(file, ['credentials', 'client-credentials', 'tokenUrl']),
  (file) => checkAddress(file, ['credentials', 'refresh-token', 'tokenUrl']),
  (file) => listAt(file.tree, ['origins']).flatMap((_, index) => checkAddress(file, ['origins', index])),
];

const ALLOWED = 'an https address without user, query and fragment; http only on a loopback host';

/** Letters, digits, hyphens and dots: whatever is made of them stays below the fixed name behind it. */
const HOST_CHARS: CharSet = [
  [0x2d, 0x2e],
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x61, 0x7a],
];

/** RFC 3986, 2.3: what stands for itself in a path. */
const SEGMENT_CHARS: CharSet = [
  [0x2d, 0x2e],
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
  [0x7e, 0x7e],
];

function checkAddress(file: FileView, path: KeyPath): readonly Problem[] {
  const text = valueAt(file.tree, path);
  const template = typeof text === 'string' ? parseTemplate(text) : undefined;
  if (typeof text !== 'string' || template === undefined) return [];
  const strangers = checkNames(file, path, template, { ids: [], given: [], hasPointers: false });
  if (strangers.length > 0) return strangers;
  const optional = template.some((part) => 'name' in part && file.isOptional(part.name));
  if (optional) return [problemAt(file.tree, path, 'no setting that an account may leave out')];
  // Where a setting is one of a few words, each of them is looked at; any other is one harmless letter first.
  const addresses = expand(file, template);
  if (addresses === undefined)
    return [problemAt(file.tree, path, 'fewer words in the patterns of its settings')];
  const bad = addresses.map(inspectAddress).find((each) => 'fault' in each);
  if (bad !== undefined && 'fault' in bad) return [problemAt(file.tree, path, ALLOWED, bad.fault)];
  if (addresses.some((address) => !isSecure(address))) return [problemAt(file.tree, path, ALLOWED)];
  if (/\.\.|%|\/\//.test(text.replace(/^https?:\/\//i, ''))) {
    return [problemAt(file.tree, path, 'an address without "..", "//" and "%" in its path')];
  }
  return checkPlaces(file, path, template);
}

function isSecure(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || isLoopbackHost(hostname);
}

const MAX_ADDRESSES = 256;

/** The addresses that a template stands for; undefined where they are too many to look at. */
function expand(file: FileView, template: Template): readonly string[] | undefined {
  let addresses: readonly string[] = [''];
  for (const part of template) {
    const words =
      'text' in part ? [part.text] : 'name' in part ? (file.patternOf(part.name)?.texts ?? ['x']) : [];
    if (addresses.length * words.length > MAX_ADDRESSES) return undefined;
    addresses = addresses.flatMap((address) => words.map((word) => address + word));
  }
  return addresses;
}

/** A setting of which there may be any number of values stays below a fixed name of its host; or in its part of the path. */
function checkPlaces(file: FileView, path: KeyPath, template: Template): readonly Problem[] {
  let before = '';
  for (const [index, part] of template.entries()) {
    if ('text' in part) before += part.text;
    if (!('name' in part)) continue;
    const pattern = file.patternOf(part.name);
    if (pattern === undefined) return [];
    const isInHost = !/^https?:\/\/[^/]*\//i.test(before);
    const problem = isInHost ? checkHost(pattern, before, template.slice(index + 1)) : checkSegment(pattern);
    if (problem !== undefined) return [problemAt(file.tree, path, problem, `{${part.name}}`)];
    before += 'x';
  }
  return [];
}

type SeenPattern = NonNullable<ReturnType<FileView['patternOf']>>;

function checkHost(pattern: SeenPattern, before: string, rest: Template): string | undefined {
  if (!/^https?:\/\//i.test(before)) return 'a fixed "https://" in front';
  if (before.replace(/^https?:\/\//i, '').includes(':')) return 'a fixed port';
  // Whatever may be set is written in the file: the addresses were looked at, one by one.
  if (pattern.texts !== null) return undefined;
  if (!isWithin(pattern.alphabet, HOST_CHARS)) {
    return 'in a host only settings whose pattern matches nothing but letters, digits, "-" and ".", or a few fixed words';
  }
  const behind = rest.map((part) => ('text' in part ? part.text : '{}')).join('');
  const tail = (behind.split(/[/:]/)[0] ?? '').split('{}').at(-1) ?? '';
  return /^[^.]*(?:\.[A-Za-z0-9-]+){2,}$/.test(tail)
    ? undefined
    : 'a fixed name of two labels at least behind it, as in https://{shop}.acme.example';
}

function checkSegment(pattern: SeenPattern): string | undefined {
  const isPlain = isWithin(pattern.alphabet, SEGMENT_CHARS);
  const matcher = toMatcher(pattern.source);
  if (isPlain && !matcher.test('.') && !matcher.test('..') && !matcher.test('')) return undefined;
  return 'in a path only settings whose pattern matches nothing but letters, digits, "-", "_", "." and "~", and not "." or ".."';
}
