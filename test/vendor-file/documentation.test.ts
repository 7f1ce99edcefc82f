import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readBlocks } from '../../scripts/docs/markdown.ts';
import { readVendorFile } from '../../src/vendor-file/read.ts';
import { ACME } from './acme.ts';

const PAGE = readFileSync('docs/vendor-file.md', 'utf8');
const SCHEMA: unknown = JSON.parse(readFileSync('waybill.vendor.schema.json', 'utf8'));

/** The good file with a snippet's keys in place of its own. */
function put(snippet: string): string {
  const keys = [...snippet.matchAll(/^([a-zA-Z]+):/gm)].map(([, key]) => key);
  const sections = ACME.split(/^(?=[a-z])/m);
  return sections.filter((section) => !keys.includes(section.split(':')[0])).join('') + snippet;
}

/** Every key that the JSON Schema knows, wherever it stands. */
function keysOf(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap(keysOf);
  return Object.entries(schema).flatMap(([name, child]) =>
    name === 'properties' ? [...Object.keys(child), ...Object.values(child).flatMap(keysOf)] : keysOf(child),
  );
}

describe('docs/vendor-file.md', () => {
  const snippets = readBlocks(PAGE).filter(({ language }) => language === 'yaml');

  it.each(snippets.map(({ line, text }) => [line, text] as const))(
    'has a good snippet on line %i',
    (_line, text) => {
      const isWhole = text.includes('words:') && text.startsWith('id:');
      const result = readVendorFile(isWhole ? text : put(text), 'docs/vendor-file.md');

      expect('problems' in result ? result.problems.map(({ line }) => line) : []).toEqual([]);
    },
  );

  it('names every key of the language', () => {
    const missing = [...new Set(keysOf(SCHEMA))].filter((key) => !new RegExp(`\\b${key}\\b`).test(PAGE));

    expect(keysOf(SCHEMA).length).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });
});
