import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

/** https://www.sqlite.org/fileformat2.html#the_write_ahead_log */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const LOOK_EVERY_MS = 5;

/** Counts the transactions that another process commits to an SQLite file in WAL mode. */
export interface CommitCounter extends Disposable {
  /** How many there were since the counter was made. */
  count(): number;
}

/**
 * Reads the write-ahead log from outside: a frame that ends a transaction holds the size of the database, any other holds 0.
 *
 * The log begins anew, with other salts, after a thousand pages or so. What was committed between the last look and that moment is
 * missed: of thousands of transactions in a second a few in a thousand, of a gateway's few none.
 *
 * @param path - of the database
 */
export function countCommits(path: string): CommitCounter {
  let salts = '';
  let frames = 0;
  let commits = 0;

  function look(): void {
    const file = `${path}-wal`;
    if (!existsSync(file)) return;
    const fd = openSync(file, 'r');
    try {
      readLog(fd);
    } finally {
      closeSync(fd);
    }
  }

  function readLog(fd: number): void {
    const header = read(fd, 0, HEADER_BYTES);
    if (header.length < HEADER_BYTES) return;
    const current = header.toString('hex', 16, 24);
    if (current !== salts) [salts, frames] = [current, 0];
    const frameBytes = FRAME_HEADER_BYTES + header.readUInt32BE(8);
    const { size } = fstatSync(fd);
    for (;;) {
      const at = HEADER_BYTES + frames * frameBytes;
      if (at + frameBytes > size) return;
      const frame = read(fd, at, FRAME_HEADER_BYTES);
      // What is left of an older log has other salts.
      if (frame.length < FRAME_HEADER_BYTES || frame.toString('hex', 8, 16) !== salts) return;
      if (frame.readUInt32BE(4) !== 0) commits += 1;
      frames += 1;
    }
  }

  look();
  commits = 0;
  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    count() {
      look();
      return commits;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

function read(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, position));
}
