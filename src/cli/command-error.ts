import { EXIT } from './exit-codes.ts';

/** A command cannot go on: what to tell the person who gave it, and what to exit with. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;
  /** The `extensions.code` of the gateway's answer, where that is what ended it. */
  readonly code: string | undefined;

  /** @param message - whole sentences, one a line; empty where there is nothing to say */
  constructor(exitCode: number, message: string, code?: string) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
  }
}

export interface TryAgainFacts {
  /** What the other side asked to wait, in milliseconds; left out where it said nothing. */
  readonly retryAfterMs?: number | undefined;
  /** What to exit with where it never works; default 1. */
  readonly exitCode?: number;
  /** The `extensions.code` of the gateway's answer; left out where there was no answer. */
  readonly code?: string | undefined;
  /** True where nothing can have happened: not a byte of the question was sent. */
  readonly isUnsent?: boolean;
}

/** It did not work this time; the same may work a moment later. */
export class TryAgain extends Error {
  override readonly name = 'TryAgain';
  readonly retryAfterMs: number | undefined;
  readonly exitCode: number;
  readonly code: string | undefined;
  readonly isUnsent: boolean;

  /** @param message - what went wrong, a clause that fits behind a colon */
  constructor(message: string, facts: TryAgainFacts = {}) {
    const { retryAfterMs, exitCode = EXIT.failed, code, isUnsent = false } = facts;
    super(message);
    this.code = code;
    this.isUnsent = isUnsent;
    this.retryAfterMs = retryAfterMs;
    this.exitCode = exitCode;
  }
}
