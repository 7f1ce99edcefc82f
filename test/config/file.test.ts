import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { withAccount } from './support.ts';

describe('a configuration file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'waybill-config-'));
  const write = (name: string, content: string | Uint8Array): string => {
    const file = join(directory, name);
    writeFileSync(file, content);
    return file;
  };
  afterAll(() => rmSync(directory, { recursive: true }));

  it('is read from its path', () => {
    const loaded = loadConfig({ file: write('good.yaml', `\uFEFF${withAccount()}`), env: {} });

    expect(loaded).toHaveProperty('config.accounts[0].key', 'hi');
  });

  it.each([
    [join(directory, 'missing\n.yaml'), 'no such file'],
    [directory, 'a directory'],
    [write('latin1.yaml', Uint8Array.of(0x61, 0x3a, 0xe4)), 'bytes that are no UTF-8'],
  ])('that cannot be read is one problem: %j', (file, found) => {
    expect(loadConfig({ file, env: {} })).toEqual({
      problems: [
        expect.stringMatching(new RegExp(`^".+": found ${found}, allowed: a readable YAML file in UTF-8$`)),
      ],
    });
  });

  it('of more than 1 MB is refused unread', () => {
    const text = `#${' '.repeat(1_048_576)}`;

    expect(loadConfig({ text, env: {} })).toHaveProperty('problems.length', 1);
    expect(loadConfig({ file: write('large.yaml', text), env: {} })).toEqual({
      problems: [expect.stringContaining('found more than 1048576 bytes')],
    });
  });

  it('that nobody named is asked for', () => {
    expect(loadConfig({ env: {} })).toEqual({
      problems: ['configuration: found no file, allowed: --config FILE, or WAYBILL_CONFIG'],
    });
  });
});
