import { inspect } from 'node:util';
import type { Log } from '../runtime/tools.ts';

/** What is left to say where even the log fails. */
const LAST_WORDS =
  '{"level":"error","msg":"The process ends after an unforeseen error that could not be told."}\n';

/**
 * The last line of a process that an unforeseen error ends: through the log, which masks what must not be seen, wherever it stands, and
 * keeps it on one line.
 */
export function logCrashes(log: Log): void {
  const onCrash = (error: unknown): void => {
    try {
      log.error({ error: describe(error) }, 'The process ends after an unforeseen error.');
    } catch {
      process.stderr.write(LAST_WORDS);
    }
    process.exit(1);
  };
  process.on('uncaughtException', onCrash);
  process.on('unhandledRejection', onCrash);
}

/**
 * Takes over what would be written past the log while the gateway runs: Node's warnings, and what libraries write to the console.
 *
 * Standard output is left alone: it belongs to the commands.
 */
export function logStrayOutput(log: Log): void {
  // Node's own listener writes the warning to standard error as it is.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => log.warn({ warning: describe(warning) }, 'Node warns.'));
  for (const method of ['error', 'warn', 'info', 'debug', 'trace'] as const) {
    console[method] = (...said: unknown[]) =>
      log.warn({ said: said.map(describe) }, 'A library wrote to the console.');
  }
}

/** With causes and everything else that hangs on it; not cut, since half a secret would not be recognised. */
function describe(value: unknown): string {
  if (typeof value === 'string') return value;
  return inspect(value, { depth: 5, breakLength: Number.POSITIVE_INFINITY, maxStringLength: null });
}
