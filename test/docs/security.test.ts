import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('SECURITY.md', root), 'utf8');
const PROMISES = page.slice(page.indexOf('## Promises'), page.indexOf('## What is not promised'));

describe('SECURITY.md', () => {
  it('names a test that exists for each of its promises', () => {
    const rows = PROMISES.split('\n').filter(
      (line) => line.startsWith('| ') && !/^\| (---|Promise )/.test(line),
    );
    const missing = rows.flatMap((row) => {
      const files = [...row.matchAll(/`(test\/[\w./-]+)`/g)].map(([, file]) => file ?? '');
      if (files.length === 0) return [`${row}: names no test`];
      return files.filter((file) => !existsSync(fileURLToPath(new URL(file, root))));
    });

    expect(rows.length).toBeGreaterThan(20);
    expect(missing).toEqual([]);
  });

  it('links to pages that exist', () => {
    const links = [...page.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => link ?? '');

    expect(links.filter((link) => !existsSync(fileURLToPath(new URL(link, root))))).toEqual([]);
  });
});
