import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reloadConfig } from '../../src/cli/reload.ts';
import type { Config } from '../../src/config/config.ts';
import { createRecordingLog } from '../support/tools.ts';

const REFUSED = 'The configuration was not reloaded: everything stays as it was.';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-reload-'));
  file = join(folder, 'waybill.yaml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What came of reading this text again. */
function read(text: string | null, reload: (config: Config) => void = () => undefined) {
  const log = createRecordingLog();
  const taken: Config[] = [];
  if (text !== null) writeFileSync(file, text);
  const gateway = {
    reload(config: Config) {
      taken.push(config);
      reload(config);
    },
  };
  const env = { HI_KEY: 'of-the-process' };
  reloadConfig({ gateway, file, env, log }, 'SIGHUP');
  return { taken, lines: log.lines };
}

const GOOD = `accounts: [{ key: hi, vendor: hi-energy, credential: { type: api-key, apiKey: "\${HI_KEY}" } }]`;

describe('a configuration that is read again', () => {
  it("is handed on where it is whole, with values from the process's environment", () => {
    const { taken, lines } = read(GOOD);

    expect(taken.map(({ accounts }) => accounts[0]?.credential)).toEqual([
      { type: 'api-key', apiKey: 'of-the-process' },
    ]);
    expect(lines).toEqual([]);
  });

  it('is not handed on where anything is wrong: the log has a line for each problem, as at the start', () => {
    const { taken, lines } = read(
      'server: { prot: 1 }\naccounts: [{ key: A, vendor: hi-energy, credential: { type: api-key, apiKey: 12345678901234 } }]',
    );

    expect(taken).toEqual([]);
    expect(lines.map(({ level, message }) => [level, message])).toEqual(lines.map(() => ['error', REFUSED]));
    expect(lines.map(({ fields }) => fields)).toEqual([
      {
        reason: 'SIGHUP',
        problem: expect.stringMatching(/waybill\.yaml:1:11: server\.prot: found an unknown key/),
      },
      {
        reason: 'SIGHUP',
        problem: expect.stringMatching(/waybill\.yaml:2:14: accounts\[0\]\.key: found "A", allowed: 1 to 40/),
      },
      {
        reason: 'SIGHUP',
        problem: expect.stringMatching(
          /waybill\.yaml:2:70: accounts\[0\]\.credential\.apiKey: found a number/,
        ),
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain('12345678901234');
  });

  it('may be gone, or not be one that can be read twice', () => {
    expect(read(null).lines[0]?.fields.problem).toMatch(/found no such file/);
    file = folder;
    expect(read(null).lines[0]?.fields.problem).toMatch(/found no regular file/);
  });

  it('never throws, whatever the gateway does', () => {
    const { lines } = read(GOOD, () => {
      throw new TypeError('with of-the-process in it');
    });

    expect(lines).toEqual([
      { level: 'error', fields: { reason: 'SIGHUP', error: 'TypeError' }, message: REFUSED },
    ]);
  });
});
