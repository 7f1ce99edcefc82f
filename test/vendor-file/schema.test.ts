import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { EXPORT_FIELDS, SCHEMA_TYPES } from '../../src/vendor-file/rules/reserved.ts';
import { ACME } from './acme.ts';

describe('the JSON Schema of vendor files', () => {
  const validate = new Ajv({ strict: false, unicodeRegExp: true }).compile(
    JSON.parse(readFileSync('waybill.vendor.schema.json', 'utf8')),
  );

  it('takes a good file', () => {
    expect(validate(parse(ACME)) || validate.errors).toBe(true);
  });

  it.each([
    ['a misspelt key', ACME.replace('pacing:', 'pacings:')],
    ['a word that is none of ours', ACME.replace('error: FAILED', 'error: FAILURE')],
    ['a missing locator', ACME.replace(/^locator:\n(?: .*\n)*/m, '')],
  ])('refuses %s', (_title, text) => {
    expect(text).not.toBe(ACME);
    expect(validate(parse(text))).toBe(false);
  });
});

describe('names that are taken', () => {
  const sdl = readFileSync('docs/schema.graphql', 'utf8');

  it('are those of the schema', () => {
    const own = [...sdl.matchAll(/^(?:type|interface|input|enum|union|scalar) (\w+)/gm)].map(
      ([, name = '']) => name,
    );
    const vendors = own
      .flatMap((name) => /^(\w+)Locator$/.exec(name)?.[1] ?? [])
      .filter((name) => name !== 'Export');
    const alike = own.filter((name) => /(?:Export|Locator|ExportOrder)$/.test(name));

    expect(new Set(alike.filter((name) => !vendors.some((vendor) => name.startsWith(vendor))))).toEqual(
      SCHEMA_TYPES,
    );
  });

  it('are the fields of every export', () => {
    const body = /^interface Export [^{]*\{\n(.*?)^\}/ms.exec(sdl)?.[1] ?? '';
    const fields = [...body.matchAll(/^ {2}(\w+)[:(]/gm)].map(([, name]) => name);

    expect(fields.length).toBeGreaterThan(15);
    expect(new Set(fields)).toEqual(EXPORT_FIELDS);
  });
});
