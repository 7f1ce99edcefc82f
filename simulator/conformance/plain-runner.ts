import { format, inspect } from 'node:util';
import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';
import { type Clock, sleep } from '../../src/runtime/clock.ts';
import type { SuiteRunner } from './runner.ts';

/** What came of one test. */
export interface TestResult {
  /** The titles around it, the outermost first. */
  readonly groups: readonly string[];
  readonly title: string;
  /** What was expected and what came instead; null where all was as expected. May take several lines. */
  readonly problem: string | null;
}

interface Test {
  readonly groups: readonly string[];
  readonly title: string;
  readonly body: () => void | Promise<void>;
}

/** Far more than any test of the suite takes. */
const TIME_LIMIT_MS = 60_000;

// Within vitest they are there, and its own.
if (!('toMatchObject' in chai.Assertion.prototype)) {
  chai.use(JestExtend);
  chai.use(JestChaiExpect);
  chai.use(JestAsymmetricMatchers);
}

/** Gathers a suite's tests and runs them one after the other, where no test framework is at hand. */
export class PlainRunner implements SuiteRunner {
  readonly expect = chai.expect as unknown as SuiteRunner['expect'];
  readonly isBrief: boolean;
  readonly describe: SuiteRunner['describe'];
  readonly it: SuiteRunner['it'];
  private readonly tests: Test[] = [];
  private groups: readonly string[] = [];

  constructor({ isBrief = false }: { readonly isBrief?: boolean } = {}) {
    this.isBrief = isBrief;
    const describe = (title: string, body: () => void) => {
      const outer = this.groups;
      this.groups = [...outer, title];
      body();
      this.groups = outer;
    };
    const it = (title: string, body: Test['body']) => {
      this.tests.push({ groups: this.groups, title, body });
    };
    const runIf = (condition: boolean) => (condition ? it : () => undefined);
    this.describe = Object.assign(describe, { each: toEach(describe) }) as SuiteRunner['describe'];
    this.it = Object.assign(it, { each: toEach(it), runIf }) as SuiteRunner['it'];
  }

  /** Runs what was gathered. Never rejects: a test that throws has a result. */
  async run(clock: Clock, onResult: (result: TestResult) => void): Promise<void> {
    for (const { groups, title, body } of this.tests)
      onResult({ groups, title, problem: await runTest(clock, body) });
  }
}

async function runTest(clock: Clock, body: Test['body']): Promise<string | null> {
  const ended = new AbortController();
  try {
    const late = sleep(clock, TIME_LIMIT_MS, ended.signal).then(() => {
      throw new Error(`It did not end within ${TIME_LIMIT_MS / 1_000} seconds.`);
    });
    late.catch(() => undefined);
    await Promise.race([Promise.resolve().then(body), late]);
    return null;
  } catch (error) {
    return toProblem(error);
  } finally {
    ended.abort();
  }
}

function toProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { expected, actual } = error as { expected?: unknown; actual?: unknown };
  if (expected === undefined && actual === undefined) return error.message;
  return `${error.message}\n  expected: ${toShort(expected)}\n  came:     ${toShort(actual)}`;
}

const MAX_LENGTH = 500;

function toShort(value: unknown): string {
  // Where in our own code an error was made helps nobody with their file.
  if (value instanceof Error) return `${value.name}: ${value.message}`.slice(0, MAX_LENGTH);
  const text = inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY });
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}

type Declare = (title: string, body: () => void | Promise<void>) => void;

function toEach(declare: Declare) {
  return (cases: readonly unknown[]) =>
    (title: string, body: (...args: unknown[]) => void | Promise<void>) => {
      for (const each of cases) {
        const values = Array.isArray(each) ? each : [each];
        const named = values.slice(0, title.match(/%[sij]/g)?.length ?? 0);
        declare(format(title, ...named), () => body(...values));
      }
    };
}
