import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { VENDOR_DEFAULTS, type VendorDefaults } from '../../src/config/vendor-defaults.ts';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { keysOfSchema } from './support.ts';

const text = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');

/** Every table row as its cells, code marks and all. */
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

const keyRows = rows.filter(([key]) =>
  /^`(server|access|files|store|backplane|tracking|webhooks|accounts|limits)[.[]/.test(key ?? ''),
);

/** Of a key that several vendors have, the last. */
const schemaKeys = new Map(keysOfSchema().map(({ path, schema }) => [path, schema]));

describe('docs/configuration.md', () => {
  it('has a section for every section of the file', () => {
    const headings = [...text.matchAll(/^### (\w+)$/gm)].map(([, heading]) => heading);

    expect(headings.sort()).toEqual([...schemaKeys.keys()].filter((path) => /^\w+$/.test(path)).sort());
  });

  it('documents every key of the schema once, and no other', () => {
    const documented = keyRows.map(([key]) => key?.replaceAll('`', ''));
    const known = [...schemaKeys.keys()].filter((path) => !/^\w+$/.test(path));

    expect(documented.sort()).toEqual(known.sort());
  });

  it('tells the defaults that hold for every vendor', () => {
    for (const [key = '', , stated] of keyRows) {
      const schema = schemaKeys.get(key.replaceAll('`', ''));
      if (schema?.default === undefined || stated === 'by vendor') continue;
      const value =
        typeof schema.default === 'object' ? JSON.stringify(schema.default) : String(schema.default);
      expect(`${key} ${stated}`).toBe(`${key} \`${value}\``);
    }
  });

  it('tells the bounds of every whole number', () => {
    for (const [key = '', type, , allowed] of keyRows.filter(([, type]) => type === 'integer')) {
      const { minimum, maximum } = schemaKeys.get(key.replaceAll('`', ''))?.anyOf?.[0] ?? {};
      expect([key, type, allowed]).toEqual([
        key,
        'integer',
        expect.stringMatching(`^${minimum} to ${maximum}(,|$)`),
      ]);
    }
  });

  it.each(CODED_VENDOR_IDS)('tells what holds for %s', (vendor) => {
    const defaults: VendorDefaults = VENDOR_DEFAULTS[vendor];
    const { limits, pacing } = defaults;
    const code = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(', ') || 'none';

    expect(rows.filter(([first]) => first === `\`${vendor}\``)).toEqual([
      [
        `\`${vendor}\``,
        defaults.baseUrl === undefined ? 'required: it depends on the region' : `\`${defaults.baseUrl}\``,
        code(defaults.credentialTypes),
        `${limits.requestsPerSecond} / ${limits.maxConcurrent} / ${limits.timeoutMs}`,
        `${pacing.minMs} to ${pacing.maxMs}`,
        code(defaults.files),
        code(defaults.fileOrigins),
        `${pacing.stallAfterMs / 60_000} min`,
      ],
    ]);
  });

  it('shows what a wrong file really prints', () => {
    const [, file = '', output = ''] = /```yaml\n([^`]*)```\n\nprints\n\n```text\n(.*?)```/s.exec(text) ?? [];

    const linesOf = (text: string) => loadConfig({ file: 'waybill.yaml', text, env: {} });
    expect(linesOf(file)).toEqual({ problems: output.trimEnd().split('\n') });
    expect(linesOf('server: {}\nserver: {}')).toEqual({
      problems: [/```text\n(waybill\.yaml:2:1: .*)\n```/.exec(text)?.[1]],
    });
    expect(linesOf(`accounts: [{ key: hi, credential: { apiKey: \${HI_KEY} } }]`)).toHaveProperty(
      'problems.0',
      /```text\n(waybill\.yaml:1:\d+: .*put it in quotes)\n```/.exec(text)?.[1],
    );
  });
});
