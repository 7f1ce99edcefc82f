import { destination, pino } from 'pino';
import type { Log } from './export/ports.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One JSON line per event on standard error; standard output belongs to the commands. */
export function createLog(level: LogLevel = 'info'): Log {
  const logger = pino({ level, base: null }, destination({ dest: 2, sync: true }));
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}
