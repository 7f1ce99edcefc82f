import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toConfigReference } from '../../scripts/docs/config-reference.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The cells of each row, by its key. */
const ROWS = new Map(
  toConfigReference(JSON.parse(read('waybill.schema.json')), read('waybill.example.yaml'))
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    .map(([, key = '', means = '', type = '', fallback = '', allowed = '', example = '']) => [
      key.replaceAll('`', ''),
      { means, type, fallback, allowed, example },
    ]),
);

describe('the reference of the configuration', () => {
  it('has each key that the page on the configuration has', () => {
    const keys = [...read('docs/configuration.md').matchAll(/^\| `((?:\w+(?:\[\])?\.)+\w+)` \|/gm)].map(
      ([, key = '']) => key,
    );

    expect(keys.length).toBeGreaterThan(70);
    expect(keys.filter((key) => !ROWS.has(key))).toEqual([]);
  });

  it('says what each means, and of which type it is', () => {
    const bare = [...ROWS].filter(([, { means, type }]) => means === '' || type === '').map(([key]) => key);

    expect(bare).toEqual([]);
  });

  it('tells defaults, bounds and examples, and what differs by vendor', () => {
    expect(ROWS.get('server.port')).toMatchObject({
      fallback: '`4000`',
      allowed: '0 to 65535',
      example: expect.stringContaining('WAYBILL_PORT'),
    });
    expect(ROWS.get('accounts[].baseUrl')?.fallback).toContain('`talkdesk`: required');
    expect(ROWS.get('accounts[].limits.requestsPerSecond')?.fallback).toMatch(
      /`power-bi`(?:, `[\w-]+`)*: `10`/,
    );
    expect(ROWS.get('accounts[].reportTypes')?.means).toMatch(/^Of `talkdesk`: /);
    expect(ROWS.get('store.path')?.means).toMatch(/^Of `sqlite`: /);
  });
});
