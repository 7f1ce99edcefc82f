import type { Log } from '../export/ports.ts';

/** The last line of a process that an unforeseen error ends: through the log, which masks what must not be seen. */
export function logCrashes(log: Log): void {
  const onCrash = (error: unknown): void => {
    log.error(
      { error: error instanceof Error ? error.stack : String(error) },
      'The process ends after an unforeseen error.',
    );
    process.exit(1);
  };
  process.on('uncaughtException', onCrash);
  process.on('unhandledRejection', onCrash);
}
