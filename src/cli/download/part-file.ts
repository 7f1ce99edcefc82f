import { constants } from 'node:fs';
import { type FileHandle, link, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { CommandError } from '../command-error.ts';
import { toTerminalText } from '../display/terminal-text.ts';
import { EXIT } from '../exit-codes.ts';
import type { Destination } from './destination.ts';
import { checkTarget } from './target.ts';

/** Which file of which export the bytes must be of. */
export interface PartOwner {
  readonly exportId: string;
  readonly index: number;
}

/** What a broken download leaves beside its bytes, so that the next one knows what they are. */
interface PartNote extends PartOwner {
  readonly etag: string;
}

/** Never follows a link that was laid under the part's name. */
const OPEN_FLAGS = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);

/** `NAME.part` beside the target: the file until it is whole, locked against a second download. */
export class PartFile implements Destination {
  readonly path: string;
  heldBytes = 0;
  heldEtag: string | null = null;
  private readonly targetPath: string;
  private readonly owner: PartOwner;
  private readonly handle: FileHandle;
  private readonly lock: PartLock;

  private constructor(targetPath: string, owner: PartOwner, handle: FileHandle, lock: PartLock) {
    this.path = toPartPath(targetPath);
    this.targetPath = targetPath;
    this.owner = owner;
    this.handle = handle;
    this.lock = lock;
  }

  /** @throws CommandError where another download is writing it; the file system's error */
  static async open(targetPath: string, owner: PartOwner): Promise<PartFile> {
    const path = toPartPath(targetPath);
    const lock = await lockPart(path);
    try {
      const part = new PartFile(targetPath, owner, await open(path, OPEN_FLAGS, 0o666), lock);
      const etag = await readNote(path, owner);
      if (etag !== null) {
        part.heldEtag = etag;
        part.heldBytes = (await part.handle.stat()).size;
      }
      return part;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async restart(etag: string | null): Promise<void> {
    // In this order, so that no note ever stands beside bytes of another file.
    await rm(toNotePath(this.path), { force: true });
    await this.handle.truncate(0);
    this.heldBytes = 0;
    this.heldEtag = etag;
    if (etag === null) return;
    const note: PartNote = { ...this.owner, etag };
    await writeFile(toNotePath(this.path), JSON.stringify(note));
  }

  async write(chunk: Uint8Array): Promise<void> {
    for (let offset = 0; offset < chunk.byteLength; ) {
      const { bytesWritten } = await this.handle.write(
        chunk,
        offset,
        chunk.byteLength - offset,
        this.heldBytes,
      );
      offset += bytesWritten;
      this.heldBytes += bytesWritten;
    }
  }

  /**
   * Gives the whole file its name, at once and for good.
   *
   * @throws CommandError where the target has come into being meanwhile and may not be replaced
   */
  async finish(isForced: boolean): Promise<void> {
    await this.handle.sync();
    await checkTarget(this.targetPath, isForced);
    if (isForced) await rename(this.path, this.targetPath);
    else await moveToNew(this.path, this.targetPath);
    await rm(toNotePath(this.path), { force: true });
    await syncFolder(dirname(this.targetPath));
  }

  /** Lets go of it. What has come stays; a part with nothing in it does not. */
  async close(): Promise<void> {
    const { size } = await this.handle.stat();
    await this.handle.close();
    if (size === 0) await rm(this.path, { force: true });
    if (size === 0) await rm(toNotePath(this.path), { force: true });
    await this.lock.release();
  }
}

function toPartPath(targetPath: string): string {
  return `${targetPath}.part`;
}

function toNotePath(partPath: string): string {
  return `${partPath}.json`;
}

/** The validator of the bytes in a part; null where they are not known to be of this file. */
async function readNote(partPath: string, owner: PartOwner): Promise<string | null> {
  try {
    const note = JSON.parse(await readFile(toNotePath(partPath), 'utf8')) as Partial<PartNote>;
    const isOurs = note.exportId === owner.exportId && note.index === owner.index;
    return isOurs && typeof note.etag === 'string' ? note.etag : null;
  } catch {
    return null;
  }
}

/** A hard link cannot replace anything, which a rename can; but not every file system has them. */
async function moveToNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch {
    await checkTarget(to, false);
    await rename(from, to);
    return;
  }
  await rm(from);
}

/** Makes the new name last through a power cut, where the system allows it. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** The right to write a part file, which one process has at a time. */
export interface PartLock {
  release(): Promise<void>;
}

/**
 * Takes the right to write `partPath`: a file beside it that names this process. One that a dead process left is taken over.
 *
 * @throws CommandError where another download has it
 */
export async function lockPart(partPath: string): Promise<PartLock> {
  const path = `${partPath}.lock`;
  const owner = `${process.pid} ${hostname()}\n`;
  for (let isSecondTry = false; ; isSecondTry = true) {
    try {
      await writeFile(path, owner, { flag: 'wx' });
      return { release: () => rm(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (isSecondTry || (await isHeld(path))) throw toBusy(path);
      await rm(path, { force: true });
    }
  }
}

/** True unless the process that took it is known to be gone. */
async function isHeld(path: string): Promise<boolean> {
  const [pid = '', host = ''] = (await readFile(path, 'utf8').catch(() => '')).trim().split(' ');
  if (host !== hostname() || !/^[1-9]\d*$/.test(pid)) return true;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function toBusy(path: string): CommandError {
  return new CommandError(
    EXIT.usage,
    `Another download is writing this file. If there is none, delete ${toTerminalText(path)} and try again.`,
  );
}

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
