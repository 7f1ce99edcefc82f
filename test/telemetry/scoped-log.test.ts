import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/telemetry/log.ts';
import { inRequestScope } from '../../src/telemetry/scope.ts';
import { withScope } from '../../src/telemetry/scoped-log.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** Fields that count how often they are read. */
function countReads() {
  const reads = { count: 0 };
  const fields = {
    get vendor() {
      reads.count += 1;
      return 'hi-energy';
    },
  };
  return { reads, fields };
}

describe('a log with a scope', () => {
  it('says which request, tenant and caller a line belongs to', () => {
    const lines: string[] = [];
    const log = withScope(createLog(createSecrets(), 'info', (line) => lines.push(line)));

    inRequestScope(() => log.info({ tenant: 'own' }, 'done'), {
      requestId: 'r1',
      tenant: 't1',
      caller: 'c1',
    });

    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { requestId: 'r1', tenant: 'own', caller: 'c1', msg: 'done' },
    ]);
  });

  it.each([
    ['info', ['debug']],
    ['error', ['debug', 'info', 'warn']],
  ] as const)('at %s does not read the fields of lines that are dropped', (least, dropped) => {
    const lines: string[] = [];
    const log = withScope(createLog(createSecrets(), least, (line) => lines.push(line)));
    const { reads, fields } = countReads();

    for (const level of dropped) log[level](fields, 'dropped');

    expect(reads.count).toBe(0);
    expect(lines).toEqual([]);
    expect(LEVELS.map((level) => log.isEnabled(level))).toEqual(
      LEVELS.map((level) => !(dropped as readonly string[]).includes(level)),
    );
  });
});
