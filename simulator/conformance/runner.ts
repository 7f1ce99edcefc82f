import type { ExpectStatic } from '@vitest/expect';
import type { RecordingLog } from './recording-log.ts';

type Arguments<Case> = Case extends readonly unknown[] ? [...Case] : [Case];

type Body<Case> = (...args: Arguments<Case>) => void | Promise<void>;

interface Described {
  (title: string, body: () => void): void;
  /** `%s`, `%i` and `%j` in the title stand for what the case holds, in its order. */
  each<const Case>(cases: readonly Case[]): (title: string, body: Body<Case>) => void;
}

interface Tested extends Described {
  (title: string, body: () => void | Promise<void>): void;
  runIf(condition: boolean): (title: string, body: () => void | Promise<void>) => void;
}

/** What runs a suite's tests: vitest, or `waybill vendor test` by `plain-runner.ts`. */
export interface SuiteRunner {
  readonly describe: Described;
  readonly it: Tested;
  readonly expect: ExpectStatic;
  /** Where accounts write; default a log that nobody but the suite reads. */
  createLog?(): RecordingLog;
  /**
   * For a vendor whose code is that of others which are tested as a whole: fewer runs of each property, short silences, and no answers of
   * many megabytes.
   */
  readonly isBrief?: boolean;
}
