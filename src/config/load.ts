import { closeSync, openSync, readSync } from 'node:fs';
import { checkTree } from './check.ts';
import type { Config } from './config.ts';
import { quote, toLine } from './problem.ts';
import type { EnvironmentVariables } from './process-environment.ts';
import { parseYaml } from './yaml.ts';

const MAX_BYTES = 1_048_576;
const MAX_LINES = 100;

export interface ConfigSource {
  /** The file's path; `text` wins where both are given. */
  readonly file?: string | undefined;
  /** The file's content itself. */
  readonly text?: string | undefined;
  /** What `${NAME}` is replaced from. */
  readonly env: EnvironmentVariables;
}

/** One line per problem: the key's path, what was found, what is allowed. Never a secret's value. */
export interface ConfigProblems {
  readonly problems: readonly string[];
}

/** Reads and checks a configuration. Never throws: a file that cannot be read is a problem like any other. */
export function loadConfig({ file, text, env }: ConfigSource): { readonly config: Config } | ConfigProblems {
  const read = text === undefined ? readText(file) : checkSize(text);
  if ('problems' in read) return read;
  const parsed = parseYaml(read.text);
  if ('problems' in parsed) return parsed;
  const checked = checkTree(parsed.tree, env);
  return 'config' in checked ? checked : { problems: bound([...new Set(checked.problems.map(toLine))]) };
}

function readText(file: string | undefined): { readonly text: string } | ConfigProblems {
  if (file === undefined || file === '') {
    return { problems: ['configuration: found no file, allowed: --config FILE, or WAYBILL_CONFIG'] };
  }
  try {
    const bytes = readBounded(file);
    if (bytes.length > MAX_BYTES) return tooLarge(quote(file));
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    return {
      problems: [`${quote(file)}: found ${describeReadError(error)}, allowed: a readable YAML file in UTF-8`],
    };
  }
}

/** Reads one byte more than is allowed and no further, whatever the file says about its size. */
function readBounded(file: string): Buffer {
  const buffer = Buffer.alloc(MAX_BYTES + 1);
  const descriptor = openSync(file, 'r');
  try {
    let length = 0;
    while (length < buffer.length) {
      const count = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (count === 0) break;
      length += count;
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

function describeReadError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EISDIR') return 'a directory';
  if (code === 'EACCES' || code === 'EPERM') return 'a file that may not be read';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'bytes that are no UTF-8';
  return 'a file that cannot be read';
}

function checkSize(text: string): { readonly text: string } | ConfigProblems {
  return Buffer.byteLength(text) > MAX_BYTES ? tooLarge('configuration') : { text };
}

function tooLarge(name: string): ConfigProblems {
  return { problems: [`${name}: found more than ${MAX_BYTES} bytes, allowed: at most ${MAX_BYTES} bytes`] };
}

function bound(lines: readonly string[]): readonly string[] {
  if (lines.length <= MAX_LINES) return lines;
  return [
    ...lines.slice(0, MAX_LINES),
    `(top level): found ${lines.length - MAX_LINES} more problems, allowed: none`,
  ];
}
