import { execFileSync } from 'node:child_process';

/**
 * How many files, sockets included, one process may have open.
 *
 * Node raises its own soft limit to the hard one when it starts, so the hard one counts.
 */
export function readFileLimit(): number {
  const limit = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
  return limit === 'unlimited' ? 1_000_000 : Number(limit);
}
