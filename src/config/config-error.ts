import type { KeyPath } from '../yaml/problem.ts';

/** What stands in the configuration cannot be started; each problem is one line, as those of a file that was refused. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** The key that all of them are about. */
  readonly path: KeyPath;
  readonly problems: readonly string[];

  constructor(path: KeyPath, problems: readonly string[]) {
    super(problems.join('\n'));
    this.path = path;
    this.problems = problems;
  }
}
