import { expect } from 'vitest';
import { createLog } from '../../src/telemetry/log.ts';
import { createSecrets, type Secrets } from '../../src/telemetry/secrets.ts';

/** The log as it is in production, its lines kept instead of written. */
export function createRecordedLog(secrets: Secrets = createSecrets()) {
  const lines: string[] = [];
  const log = createLog(secrets, 'debug', (line) => void lines.push(line));
  return { log, secrets, lines };
}

/** Whatever a terminal, a log shipper or a reader of lines could take for more than text. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** Every line is one event: JSON on one line of printable characters, with a level, a time and a message of ours. */
export function expectOneEventPerLine(lines: readonly string[]): void {
  for (const line of lines) {
    expect(line.endsWith('\n')).toBe(true);
    expect(line.slice(0, -1)).not.toMatch(UNPRINTABLE);
    const event = JSON.parse(line) as Record<string, unknown>;
    expect(event).toMatchObject({
      level: expect.stringMatching(/^(debug|info|warn|error)$/),
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      msg: expect.any(String),
    });
  }
}
