import type { Secrets } from '../telemetry/secrets.ts';
import type { Clock, Random } from './clock.ts';

/** Structured logging; `fields` never hold a secret, a token or a signed link. */
export interface Log {
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
