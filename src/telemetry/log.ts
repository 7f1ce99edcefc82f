import { write, writeSync } from 'node:fs';
import { pino } from 'pino';
import type { LogLevel } from '../config/config.ts';
import type { Log } from '../runtime/tools.ts';
import type { Secrets } from './secrets.ts';

/** Takes one line, its line feed included. */
export type WriteLine = (line: string) => void;

/** Characters that wait for a reader of standard error; lines that come after them are lost, and how many is told. */
const MAX_WAITING = 4_194_304;
/** A reader that took nothing for so long takes no more, and the process ends without it. */
const STUCK_MS = 1_000;
/** How long the end of the process waits for the write under way. */
const LAST_WRITE_MS = 20;
/** How long a line waits for others to be written with it: a write costs more than a line does. */
const GATHER_MS = 10;
/** How soon a full pipe is tried again. */
const FULL_RETRY_MS = 50;

/** What a terminal or a reader of lines could take for more than text: control, invisible and line-breaking characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * One JSON line per event on standard error; standard output belongs to the commands.
 *
 * Each line is masked as a whole, when it is already text: a secret is found in whatever field or message it stands. Whatever a
 * caller put into it, it is one line of printable characters.
 */
export function createLog(
  secrets: Secrets,
  level: LogLevel = 'info',
  writeLine: WriteLine = toStandardError(),
): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    // Each line ends with its line feed.
    { write: (line: string) => writeLine(`${toPrintable(toMasked(line.slice(0, -1), secrets))}\n`) },
  );
  return {
    isEnabled: (asked) => logger.isLevelEnabled(asked),
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}

/** A secret may look like a part of JSON, such as a row of digits: then its texts and numbers are masked one by one instead. */
function toMasked(line: string, { mask }: Secrets): string {
  const masked = mask(line);
  if (masked === line || isJson(masked)) return masked;
  const maskValue = (_key: string, value: unknown): unknown => {
    if (typeof value === 'string') return mask(value);
    if (typeof value === 'number') return mask(String(value)) === String(value) ? value : mask(String(value));
    return value;
  };
  return JSON.stringify(JSON.parse(line, maskValue));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** In JSON such characters can only stand inside a string, where this means the same. */
function toPrintable(line: string): string {
  return line.replace(UNPRINTABLE, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** Never waits for the reader: a log that is not read must not stop the gateway, nor keep it from ending. */
function toStandardError(): WriteLine {
  unblock(process.stderr);
  const lines = new WaitingLines(process.stderr.fd);
  process.once('exit', () => lines.writeLast());
  return (line) => lines.add(line);
}

/**
 * A write that blocks would hold a thread, and with it the end of the process, until the reader comes.
 *
 * Node opens pipes and sockets so that they do not block, but a child process that inherits one makes it block again for both. Only the
 * stream's handle can undo that.
 */
function unblock(stream: NodeJS.WriteStream): void {
  const { _handle: handle } = stream as { readonly _handle?: { setBlocking?(isBlocking: boolean): void } };
  if (!stream.isTTY) handle?.setBlocking?.(false);
}

/** Lines on their way to standard error: one write is under way at a time, and takes all that has come until it begins. */
class WaitingLines {
  /** What is being written, as far as it has not been taken. */
  private batch: Buffer | null = null;
  private isInThread = false;
  private isGathering = false;
  private waiting = '';
  private lost = 0;
  /** When the reader took something, or was first offered something, last. */
  private takenAt = 0;
  private readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  add(line: string): void {
    if (this.waiting.length + line.length > MAX_WAITING) {
      this.lost += 1;
      return;
    }
    this.waiting += line;
    if (this.batch === null) this.gather();
  }

  /** At the end of the process: gives the reader what is left of its time. */
  writeLast(): void {
    if (this.batch === null) this.takenAt = Date.now();
    if (this.isInThread) pause(LAST_WRITE_MS);
    const begun = this.batch === null || this.isInThread ? Buffer.alloc(0) : this.batch;
    let rest = Buffer.concat([begun, Buffer.from(this.waiting)]);
    while (rest.length > 0 && Date.now() - this.takenAt < STUCK_MS) {
      try {
        rest = rest.subarray(writeSync(this.fd, rest));
      } catch (error) {
        if (!isFull(error)) return;
        pause(LAST_WRITE_MS);
      }
    }
  }

  private gather(): void {
    if (this.isGathering) return;
    this.isGathering = true;
    // The end of the process writes what is gathered: it need not wait for this.
    setTimeout(() => {
      this.isGathering = false;
      this.takenAt = Date.now();
      this.writeNext();
    }, GATHER_MS).unref();
  }

  private writeNext(): void {
    if (this.lost > 0) {
      this.waiting += `{"level":"warn","lost":${this.lost},"msg":"Log lines were lost: they were not read."}\n`;
      this.lost = 0;
    }
    this.batch = this.waiting === '' ? null : Buffer.from(this.waiting);
    this.waiting = '';
    if (this.batch !== null) this.write(this.batch);
  }

  private write(batch: Buffer): void {
    this.isInThread = true;
    write(this.fd, batch, (error, count) => {
      this.isInThread = false;
      if (isFull(error)) {
        setTimeout(() => this.write(batch), FULL_RETRY_MS);
        return;
      }
      this.takenAt = Date.now();
      // A reader that has gone takes nothing of it; the next lines may find another.
      this.batch = error === null && count < batch.length ? batch.subarray(count) : null;
      if (this.batch !== null) this.write(this.batch);
      else if (this.waiting !== '' || this.lost > 0) this.gather();
    });
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
