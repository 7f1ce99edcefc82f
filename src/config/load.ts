import { checkTree } from './check.ts';
import type { Config } from './config.ts';
import { boundLines, type KeyPath, quote, toEditorPrefix, toLine } from './problem.ts';
import type { EnvironmentVariables } from './process-environment.ts';
import { readTextFile } from './read-file.ts';
import { parseYaml, toSyntaxLine } from './yaml.ts';

const MAX_BYTES = 1_048_576;

export interface ConfigSource {
  /** The file's path; `text` wins where both are given. */
  readonly file?: string | undefined;
  /** The file's content itself. */
  readonly text?: string | undefined;
  /** What `${NAME}` is replaced from. */
  readonly env: EnvironmentVariables;
}

/**
 * One line per problem: `FILE:LINE:COLUMN` where the file has a name, the key's path, what was found, what is allowed. Never a secret's
 * value.
 */
export interface ConfigProblems {
  readonly problems: readonly string[];
}

export interface LoadedConfig {
  readonly config: Config;
  /** Puts in front of a line about a key, found wrong only when it was used, where the key stands. */
  readonly placed: (path: KeyPath, line: string) => string;
}

/** Reads and checks a configuration. Never throws: a file that cannot be read is a problem like any other. */
export function loadConfig({ file, text, env }: ConfigSource): LoadedConfig | ConfigProblems {
  const read = text === undefined ? readText(file) : checkSize(text);
  if ('problems' in read) return read;
  const parsed = parseYaml(read.text);
  if ('problems' in parsed) return { problems: parsed.problems.map((each) => toSyntaxLine(each, file)) };
  const { tree, placeOf } = parsed;
  const checked = checkTree(tree, env, file);
  const placed = (path: KeyPath, line: string) =>
    file === undefined ? line : `${toEditorPrefix(file, placeOf(path))}: ${line}`;
  if ('config' in checked) return { config: checked.config, placed };
  const lines = checked.problems.map((problem) => placed(problem.path, toLine(problem)));
  return { problems: boundLines([...new Set(lines)]) };
}

function readText(file: string | undefined): { readonly text: string } | ConfigProblems {
  if (file === undefined || file === '') {
    return { problems: ['configuration: found no file, allowed: --config FILE, or WAYBILL_CONFIG'] };
  }
  const read = readTextFile(file, MAX_BYTES);
  if ('fault' in read) {
    return { problems: [`${quote(file)}: found ${read.fault}, allowed: a readable YAML file in UTF-8`] };
  }
  return read.text === null ? tooLarge(quote(file)) : { text: read.text };
}

function checkSize(text: string): { readonly text: string } | ConfigProblems {
  return Buffer.byteLength(text) > MAX_BYTES ? tooLarge('configuration') : { text };
}

function tooLarge(name: string): ConfigProblems {
  return { problems: [`${name}: found more than ${MAX_BYTES} bytes, allowed: at most ${MAX_BYTES} bytes`] };
}
