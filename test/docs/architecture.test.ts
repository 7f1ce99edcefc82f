import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = readFileSync(`${ROOT}docs/architecture.md`, 'utf8');

/** The names in a folder of the checkout, folders with their slash. */
function namesIn(folder: string): readonly string[] {
  return readdirSync(`${ROOT}${folder}`, { withFileTypes: true }).map((entry) =>
    entry.isDirectory() ? `${entry.name}/` : entry.name,
  );
}

describe('docs/architecture.md', () => {
  it('has every folder of src/ in its tree, and no other', () => {
    const [, tree = ''] = /```text\n(schema\/.*?)```/s.exec(PAGE) ?? [];
    const shown = [...tree.matchAll(/^ {2}([a-z0-9-]+\/) /gm)].map(([, name]) => name);

    expect(shown.sort()).toEqual(
      namesIn('src')
        .filter((name) => name.endsWith('/'))
        .sort(),
    );
  });

  it('names files that are there', () => {
    const bases = ['', 'src/', 'src/tracking/'];
    const paths = [...PAGE.matchAll(/`((?:[a-z0-9-]+\/)+[a-z0-9-]+\.(?:ts|js))`/gi)].map(([, path]) => path);

    const missing = paths.filter((path) => !bases.some((base) => existsSync(`${ROOT}${base}${path}`)));

    expect(paths.length).toBeGreaterThan(80);
    expect(missing).toEqual([]);
  });

  it('names the files that every vendor has', () => {
    const [, list = ''] = /A vendor's folder holds (.*?);/s.exec(PAGE) ?? [];
    const named = [...list.matchAll(/`([\w.]+)`/g)].map(([, name]) => name);

    const inAll = CODED_VENDOR_IDS.map((vendor) => new Set(namesIn(`src/vendors/${vendor}`)));

    expect(named).toHaveLength(8);
    expect(named.filter((name) => !inAll.every((names) => names.has(name ?? '')))).toEqual([]);
  });
});
