import { lstat, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { toFileName } from '../../export/file-name.ts';
import { CommandError } from '../command-error.ts';
import { toTerminalText } from '../display/terminal-text.ts';
import { EXIT } from '../exit-codes.ts';

/** Where a file is to go, as far as the command line tells. */
export type Output =
  | { readonly type: 'stdout' }
  /** Into this folder, under the name the gateway gives. */
  | { readonly type: 'folder'; readonly path: string }
  | { readonly type: 'file'; readonly path: string };

/**
 * Reads `--output`.
 *
 * @throws CommandError where the folder does not exist
 */
export async function parseOutput(text: string | undefined, cwd: string): Promise<Output> {
  if (text === '-') return { type: 'stdout' };
  if (text === undefined) return { type: 'folder', path: cwd };
  if (text === '')
    throw new CommandError(EXIT.usage, '--output is empty: name a file, a folder, or - for standard output.');
  const path = resolve(cwd, text);
  if (await isFolder(path)) return { type: 'folder', path };
  const folder = /[\\/]$/.test(text) ? path : dirname(path);
  if (folder === path || !(await isFolder(folder))) {
    throw new CommandError(
      EXIT.usage,
      `There is no folder ${toTerminalText(folder)}: make it first, or choose another --output.`,
    );
  }
  return { type: 'file', path };
}

/** The path of the finished file. @param name - the gateway's name for it: only its last part is taken, made safe */
export function toTargetPath(output: Exclude<Output, { type: 'stdout' }>, name: string): string {
  return output.type === 'file' ? output.path : join(output.path, toSafeName(name));
}

/**
 * Refuses a target that is there already.
 *
 * @throws CommandError; with `isForced` only for what is no ordinary file
 */
export async function checkTarget(path: string, isForced: boolean): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  const name = toTerminalText(path);
  if (!found.isFile() && !found.isSymbolicLink()) {
    throw new CommandError(
      EXIT.usage,
      `${name} is no ordinary file and is left alone. To write into it, use --output - and the shell's >.`,
    );
  }
  if (!isForced)
    throw new CommandError(
      EXIT.usage,
      `${name} is there already. --force replaces it; --output chooses another name.`,
    );
}

/** The last part of a name from the network, safe on every system. */
export function toSafeName(name: string): string {
  const last = basename(name.replaceAll('\\', '/'));
  return toFileName(last, extname(last));
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
