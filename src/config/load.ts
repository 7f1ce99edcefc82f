import { type PlacedProblem, parseYaml, toSyntaxLine } from '../yaml/parse.ts';
import type { PlaceOf } from '../yaml/places.ts';
import {
  boundLines,
  formatPath,
  type KeyPath,
  type Place,
  type Problem,
  quote,
  toEditorPrefix,
  toLine,
} from '../yaml/problem.ts';
import { readTextFile } from '../yaml/read-file.ts';
import { checkTree } from './check.ts';
import type { Config } from './config.ts';
import type { EnvironmentVariables } from './process-environment.ts';

const MAX_BYTES = 1_048_576;

export interface ConfigSource {
  /** The file's path; `text` wins where both are given. */
  readonly file?: string | undefined;
  /** The file's content itself. */
  readonly text?: string | undefined;
  /** What `${NAME}` is replaced from. */
  readonly env: EnvironmentVariables;
}

/** One thing that is wrong with a file, as fields and as the line that is printed. Never holds a secret's value. */
export interface ConfigProblem {
  /** Where it stands; left out where the file has no name or cannot be read. */
  readonly place?: Place | undefined;
  /** Where it is not the configuration itself: the vendor file, as the configuration names it. */
  readonly file?: string | undefined;
  /** The key's path; null where no key can be named. */
  readonly key: string | null;
  readonly found: string;
  readonly allowed: string;
  /** `FILE:LINE:COLUMN` where the file has a name, the key's path, what was found, what is allowed. */
  readonly line: string;
}

/** One line per problem. */
export interface ConfigProblems {
  readonly problems: readonly string[];
}

export interface LoadedConfig {
  readonly config: Config;
  /** Puts in front of a line about a key, found wrong only when it was used, where the key stands. */
  readonly placed: (path: KeyPath, line: string) => string;
  readonly placeOf: PlaceOf;
}

/** Reads and checks a configuration. Never throws: a file that cannot be read is a problem like any other. */
export function loadConfig(source: ConfigSource): LoadedConfig | ConfigProblems {
  const inspected = inspectConfig(source);
  if ('config' in inspected) return inspected;
  return { problems: boundLines([...new Set(inspected.problems.map(({ line }) => line))]) };
}

/** As `loadConfig`, with every problem as fields. */
export function inspectConfig({
  file,
  text,
  env,
}: ConfigSource): LoadedConfig | { readonly problems: readonly ConfigProblem[] } {
  const read = text === undefined ? readText(file) : checkSize(text);
  if ('problems' in read) return read;
  const parsed = parseYaml(read.text);
  if ('problems' in parsed) return { problems: parsed.problems.map((each) => toSyntaxProblem(each, file)) };
  const { tree, placeOf } = parsed;
  const checked = checkTree(tree, env, file);
  if ('config' in checked) {
    const placed = (path: KeyPath, line: string) => toPlacedLine(file, placeOf(path), line);
    return { config: checked.config, placed, placeOf };
  }
  const ownProblems = checked.problems.map((problem) => ({
    ...toFields(problem, placeOf(problem.path)),
    line: toPlacedLine(file, placeOf(problem.path), toLine(problem)),
  }));
  const ofVendorFiles = checked.fileProblems.map(({ line, ...problem }) => ({
    ...toFields(problem, problem.place),
    file: problem.file,
    line,
  }));
  return { problems: [...ownProblems, ...ofVendorFiles] };
}

const START: Place = { line: 1, column: 1 };

function toSyntaxProblem(problem: PlacedProblem, file: string | undefined): ConfigProblem {
  return {
    ...toFields(problem, problem.place ?? START),
    key: null,
    line: toSyntaxLine(problem, file),
  };
}

function toFields({ path, found, allowed }: Problem, place: Place): Omit<ConfigProblem, 'line'> {
  return { place, key: path.length === 0 ? null : formatPath(path), found, allowed };
}

function toPlacedLine(file: string | undefined, place: Place, line: string): string {
  return file === undefined ? line : `${toEditorPrefix(file, place)}: ${line}`;
}

interface Unread {
  readonly problems: readonly ConfigProblem[];
}

function toUnread(name: string, found: string, allowed: string): Unread {
  return { problems: [{ key: null, found, allowed, line: `${name}: found ${found}, allowed: ${allowed}` }] };
}

function readText(file: string | undefined): { readonly text: string } | Unread {
  if (file === undefined || file === '') {
    return toUnread('configuration', 'no file', '--config FILE, or WAYBILL_CONFIG');
  }
  const read = readTextFile(file, MAX_BYTES);
  if ('fault' in read) return toUnread(quote(file), read.fault, 'a readable YAML file in UTF-8');
  return read.text === null ? tooLarge(quote(file)) : { text: read.text };
}

function checkSize(text: string): { readonly text: string } | Unread {
  return Buffer.byteLength(text) > MAX_BYTES ? tooLarge('configuration') : { text };
}

function tooLarge(name: string): Unread {
  return toUnread(name, `more than ${MAX_BYTES} bytes`, `at most ${MAX_BYTES} bytes`);
}
