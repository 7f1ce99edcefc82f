import { destination, pino } from 'pino';
import type { LogLevel } from './config/config.ts';
import type { Log } from './export/ports.ts';
import type { Secrets } from './export/secrets.ts';

/**
 * One JSON line per event on standard error; standard output belongs to the commands.
 *
 * Each line is masked as a whole, when it is already text: a secret is found in whatever field or message it stands.
 */
export function createLog(secrets: Secrets, level: LogLevel = 'info'): Log {
  const output = destination({ dest: 2, sync: true });
  const logger = pino(
    { level, base: null },
    { write: (line: string) => void output.write(secrets.mask(line)) },
  );
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}
