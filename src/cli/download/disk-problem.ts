import { CommandError } from '../command-error.ts';
import { toTerminalText } from '../display/terminal-text.ts';
import { EXIT } from '../exit-codes.ts';

const TEXTS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'there is no room left on the disk',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it is larger than the disk allows',
  EIO: 'the disk reports an error',
  ENAMETOOLONG: 'its name is too long',
  EISDIR: 'a folder has that name',
  ELOOP: 'a symbolic link has that name',
  ENOENT: 'its folder is gone',
};

/** What the file system said, as a sentence; undefined for an error that is none of its. */
export function toDiskProblem(error: unknown, path: string): CommandError | undefined {
  const { code = '' } = error as NodeJS.ErrnoException;
  const text = TEXTS[code];
  return text === undefined
    ? undefined
    : new CommandError(EXIT.failed, `${toTerminalText(path)} cannot be written: ${text}.`);
}
