import type { Log } from '../../src/runtime/tools.ts';

/** A log that can be read back. */
export interface RecordingLog extends Log {
  readonly lines: readonly object[];
}

/** Keeps whatever is written, but for what only those who look for a fault would see. */
export function createRecordingLog(): RecordingLog {
  const lines: object[] = [];
  const write = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  return {
    lines,
    isEnabled: (level) => level !== 'debug',
    debug: () => undefined,
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}
