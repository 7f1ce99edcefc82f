import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { printJsonSchema } from '../src/config/json-schema.ts';

/*
 * Writes waybill.schema.json, the configuration file's JSON Schema, at the root of the repository:
 *
 *   npx tsx scripts/write-config-schema.ts            writes it
 *   npx tsx scripts/write-config-schema.ts --check    exits 1 where it is not what the source says
 */

const file = fileURLToPath(new URL('../waybill.schema.json', import.meta.url));
const wanted = printJsonSchema();

if (process.argv.includes('--check')) {
  if (readIfThere() !== wanted) {
    console.error('waybill.schema.json is stale: run npx tsx scripts/write-config-schema.ts');
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, wanted);
}

function readIfThere(): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
