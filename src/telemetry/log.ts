import { destination, pino } from 'pino';
import type { LogLevel } from '../config/config.ts';
import type { Log } from '../runtime/tools.ts';
import type { Secrets } from './secrets.ts';

/** Takes one line, its line feed included. */
export type WriteLine = (line: string) => void;

/** Characters that wait for a reader of standard error; what comes after them is lost, and how much is told. */
const MAX_WAITING = 4_194_304;
/** A reader that took nothing for so long takes no more, and the process ends without it. */
const STUCK_MS = 1_000;
/** How long the end of the process waits for the line before it. */
const LAST_LINE_MS = 20;

/** Whatever a terminal or a reader of lines could take for more than text: control, invisible and line-breaking characters. */
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
  write: WriteLine = toStandardError(),
): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(`${toPrintable(toMasked(line.trimEnd(), secrets))}\n`) },
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

/** Never waits for whoever reads: a log that nobody takes must not stop the gateway, nor keep it from ending. */
function toStandardError(): WriteLine {
  let waitingSince: number | null = null;
  let lost = 0;
  const output = destination({ dest: 2, sync: false, maxLength: MAX_WAITING });
  const flush = output.flushSync.bind(output);
  output.flushSync = () => {
    // To write to a full pipe would never come back.
    if (waitingSince !== null && Date.now() - waitingSince > STUCK_MS) return;
    // The last line may be on its way in another thread.
    if (waitingSince !== null) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LAST_LINE_MS);
    flush();
  };
  output.on('write', () => {
    waitingSince = Date.now();
  });
  output.on('drop', () => {
    lost += 1;
  });
  output.on('drain', () => {
    waitingSince = null;
    if (lost > 0)
      output.write(`{"level":"warn","lost":${lost},"msg":"Log lines were lost: nobody read them."}\n`);
    lost = 0;
  });
  return (line) => {
    waitingSince ??= Date.now();
    output.write(line);
  };
}
