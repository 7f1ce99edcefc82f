import type { Secrets } from '../telemetry/secrets.ts';
import type { Clock, Random } from './clock.ts';

export type LogLevelName = 'debug' | 'info' | 'warn' | 'error';

/** Structured logging; `fields` never hold a secret, a token or a signed link. */
export interface Log {
  /** False where lines of this level are dropped: then their fields need not be put together. */
  isEnabled(level: LogLevelName): boolean;
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** What every part that waits, dices, logs or holds a secret is given. */
export interface Tools {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly secrets: Secrets;
}
