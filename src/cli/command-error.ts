import { EXIT } from './exit-codes.ts';

/** A command cannot go on: what to tell the person who gave it, and what to exit with. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  /** @param message - whole sentences, one a line; empty where there is nothing to say */
  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

export interface TryAgainFacts {
  /** What the other side asked to wait, in milliseconds; left out where it said nothing. */
  readonly retryAfterMs?: number | undefined;
  /** What to exit with where it never works; default 1. */
  readonly exitCode?: number;
}

/** It did not work this time; the same may work a moment later. */
export class TryAgain extends Error {
  override readonly name = 'TryAgain';
  readonly retryAfterMs: number | undefined;
  readonly exitCode: number;

  /** @param message - what went wrong, a clause that fits behind a colon */
  constructor(message: string, { retryAfterMs, exitCode = EXIT.failed }: TryAgainFacts = {}) {
    super(message);
    this.retryAfterMs = retryAfterMs;
    this.exitCode = exitCode;
  }
}
