import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { printJsonSchema } from '../src/config/json-schema.ts';
import { printVendorFileSchema } from '../src/vendor-file/json-schema.ts';

/*
 * Writes the JSON Schemas at the root of the repository: waybill.schema.json of the configuration file, waybill.vendor.schema.json of
 * vendor files:
 *
 *   npx tsx scripts/write-config-schema.ts            writes them
 *   npx tsx scripts/write-config-schema.ts --check    exits 1 where one is not what the source says
 */

const SCHEMAS = [
  ['waybill.schema.json', printJsonSchema],
  ['waybill.vendor.schema.json', printVendorFileSchema],
] as const;

for (const [name, print] of SCHEMAS) {
  const file = fileURLToPath(new URL(`../${name}`, import.meta.url));
  if (!process.argv.includes('--check')) writeFileSync(file, print());
  else if (readIfThere(file) !== print()) {
    console.error(`${name} is stale: run npx tsx scripts/write-config-schema.ts`);
    process.exitCode = 1;
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
