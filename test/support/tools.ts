import { systemClock } from '../../src/runtime/clock.ts';
import type { Log, Tools } from '../../src/runtime/tools.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';
import { createSeededRandom } from './manual-clock.ts';
import { sweep, toText } from './sweep/sweep.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** A log that a test can read back; like the real one it leaves out what is below its level. */
export function createRecordingLog(
  least: LogLine['level'] = 'info',
): Log & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const isEnabled = (level: LogLine['level']): boolean => LEVELS.indexOf(level) >= LEVELS.indexOf(least);
  const write = (level: LogLine['level']) => (fields: LogLine['fields'], message: string) => {
    if (!isEnabled(level)) return;
    lines.push({ level, fields, message });
    sweep().look('log', `${message} ${toText(fields)}`);
  };
  return {
    lines,
    isEnabled,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}

/** The system's clock, seeded jitter, a log nobody reads. */
export function createTestTools(overrides: Partial<Tools> = {}): Tools {
  return {
    clock: systemClock,
    random: createSeededRandom(1),
    log: createRecordingLog(),
    secrets: createSecrets(),
    ...overrides,
  };
}
