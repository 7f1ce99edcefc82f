import type { Log } from '../../src/runtime/tools.ts';

/** A log that can be read back. */
export interface LogBook {
  readonly log: Log;
  /** One line each, as JSON. */
  readonly lines: string[];
}

export function createLogBook(): LogBook {
  const lines: string[] = [];
  const write = (level: string) => (fields: object, message: string) => {
    lines.push(JSON.stringify({ level, ...fields, msg: message }));
  };
  return {
    lines,
    log: {
      isEnabled: () => true,
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
    },
  };
}
