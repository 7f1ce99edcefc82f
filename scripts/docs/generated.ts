import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CODES_PLACE, toCodesReference } from './codes-reference.ts';
import { CONFIG_PLACE, toConfigReference } from './config-reference.ts';
import { EXAMPLES } from './examples.ts';
import type { GeneratedPage } from './pages.ts';
import { SCHEMA_PLACE, toSchemaReference } from './schema-reference.ts';

/** Files that the site serves as they are, for tools: `/schema.graphql`. */
export const RAW_FILES = ['docs/schema.graphql', 'waybill.schema.json'] as const;

/** The pages that are made from the schema, the configuration's schema and the examples. */
export function generatePages(root: string): readonly GeneratedPage[] {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const files: Readonly<Record<string, string>> = {
    [SCHEMA_PLACE]: 'docs/schema.graphql',
    [CONFIG_PLACE]: 'waybill.schema.json',
  };
  const texts = new Map([
    ...toSchemaReference(read('docs/schema.graphql'), EXAMPLES),
    [CODES_PLACE, toCodesReference(read('docs/errors.md'), EXAMPLES)],
    [CONFIG_PLACE, toConfigReference(JSON.parse(read('waybill.schema.json')), read('waybill.example.yaml'))],
  ]);
  return [...texts].map(([place, text]) => {
    const file = files[place];
    return file === undefined ? { place, text } : { place, text, file };
  });
}
