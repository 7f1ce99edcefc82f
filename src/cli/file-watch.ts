import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Clock } from '../runtime/clock.ts';
import { readTextFile } from '../yaml/read-file.ts';

/** How often the file is looked at. A change counts once the file has stood still from one look to the next. */
export const LOOK_MS = 1_000;

/** So much of the file is compared; no configuration is larger. */
const MAX_BYTES = 1_048_576;

/**
 * Notices that a file, or one of those that it names, says something else than before.
 *
 * By looking, since that works everywhere: editors write by rename, Kubernetes swaps a folder behind a link, network file systems
 * tell nobody. A file that was only touched has not changed, and what is no regular file is never read.
 */
export class FileWatch {
  private readonly file: WatchedFile;
  private named: readonly WatchedFile[] = [];
  private cancel: () => void = () => undefined;
  private isClosed = false;

  private constructor(file: WatchedFile) {
    this.file = file;
  }

  /** Takes the file as it is now for what is known. */
  static async of(file: string): Promise<FileWatch> {
    return new FileWatch(await WatchedFile.of(file));
  }

  /** Looks at these as well from now on, and at no others that were named before; new ones are taken as they are now for what is known. */
  async follow(files: readonly string[]): Promise<void> {
    const known = new Map(this.named.map((watched) => [watched.file, watched]));
    this.named = await Promise.all(
      [...new Set(files)].map((file) => known.get(file) ?? WatchedFile.of(file)),
    );
  }

  /** Looks at the files again and again, without keeping the process alive. @param onChange - called once for each new content, none included */
  start(clock: Clock, onChange: () => void): void {
    const again = async (): Promise<void> => {
      if (await this.look()) onChange();
      if (!this.isClosed) this.start(clock, onChange);
    };
    this.cancel = clock.setTimer(LOOK_MS, () => void again());
  }

  close(): void {
    this.isClosed = true;
    this.cancel();
  }

  /** Takes the files as they are now for what is known: they are about to be read elsewhere. */
  async acknowledge(): Promise<void> {
    await Promise.all(this.files.map((watched) => watched.acknowledge()));
  }

  /** One look at the files: true where one has another content by now. Never rejects. */
  async look(): Promise<boolean> {
    const looks = await Promise.all(this.files.map((watched) => watched.look()));
    return looks.includes(true) && !this.isClosed;
  }

  private get files(): readonly WatchedFile[] {
    return [this.file, ...this.named];
  }
}

class WatchedFile {
  readonly file: string;
  /** What the file looked like when its content was last known, and at the last look. */
  private settled: string;
  private seen: string;
  private content: string;

  private constructor(file: string, seen: string) {
    this.file = file;
    this.settled = seen;
    this.seen = seen;
    this.content = this.read(seen);
  }

  static async of(file: string): Promise<WatchedFile> {
    return new WatchedFile(file, await describe(file));
  }

  async acknowledge(): Promise<void> {
    this.seen = await describe(this.file);
    this.settled = this.seen;
    this.content = this.read(this.seen);
  }

  async look(): Promise<boolean> {
    const before = this.seen;
    const seen = await describe(this.file);
    this.seen = seen;
    if (seen !== before || seen === this.settled) return false;
    this.settled = seen;
    const content = this.read(seen);
    const isNew = content !== this.content;
    this.content = content;
    return isNew;
  }

  private read(seen: string): string {
    if (!seen.startsWith(REGULAR)) return seen;
    return createHash('sha256')
      .update(JSON.stringify(readTextFile(this.file, MAX_BYTES)))
      .digest('hex');
  }
}

const REGULAR = 'file ';

/** Which file it is, behind all links, and when it was written. */
async function describe(file: string): Promise<string> {
  try {
    const found = await stat(file, { bigint: true });
    if (!found.isFile()) return 'no regular file';
    const { dev, ino, size, mtimeNs, ctimeNs } = found;
    return `${REGULAR}${[dev, ino, size, mtimeNs, ctimeNs].join(' ')}`;
  } catch {
    return 'nothing';
  }
}
