import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A file of the repository, by its path from the root. */
export function readFile(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Every document of a YAML file, as an engine reads it: with merge keys. */
export function readYaml(path: string): readonly unknown[] {
  return parseAllDocuments(readFile(path), { merge: true }).map((document) => {
    if (document.errors.length > 0) throw new Error(`${path}: ${document.errors.join('\n')}`);
    return document.toJS() as unknown;
  });
}

/** A value that should be of a type of a package. */
export interface TypedValue {
  readonly type: string;
  readonly from: string;
  readonly value: unknown;
}

/** In a file, a member of an enum is the text that it stands for. */
const WRITTEN =
  'type Written<T> = T extends string ? `$' +
  '{T}` : T extends object ? { [K in keyof T]: Written<T[K]> } : T;';

/** What the compiler finds wrong with values that are written out as literals: names that the types do not know, too. */
export function findTypeErrors(values: readonly TypedValue[]): string {
  // Where the packages are found.
  const folder = mkdtempSync(join(ROOT, 'node_modules/.waybill-types-'));
  try {
    const lines = values.map(
      ({ type, from, value }, index) =>
        `export const value${index}: Written<import('${from}').${type}> = ${JSON.stringify(value, null, 1)};`,
    );
    writeFileSync(join(folder, 'values.ts'), [WRITTEN, ...lines].join('\n'));
    const flags = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--pretty', 'false'];
    const { stdout } = spawnSync(
      join(ROOT, 'node_modules/.bin/tsc'),
      [...flags, '--module', 'nodenext', '--types', '', 'values.ts'],
      { cwd: folder, encoding: 'utf8' },
    );
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
