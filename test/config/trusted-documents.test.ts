import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { withAccount } from './support.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-documents-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Loads a file that stands in the folder and names this manifest. */
function load(name: string, env: Readonly<Record<string, string>> = {}) {
  const file = join(folder, 'waybill.yaml');
  writeFileSync(file, withAccount(`server: { trustedDocuments: ${JSON.stringify(name)} }`));
  return loadConfig({ file, env });
}

const ALLOWED = 'a JSON file of at most 16777216 bytes: an object of 1 to 10000 document ids and their texts';

describe('server.trustedDocuments', () => {
  it('is read from beside the configuration file, wherever the process was started', () => {
    writeFileSync(join(folder, 'documents.json'), '{ "sha256:00": "{ vendors { key } }", "b": "{ x }" }');

    const loaded = load('./documents.json');

    expect('config' in loaded && loaded.config.server.trustedDocuments).toEqual(
      new Map([
        ['sha256:00', '{ vendors { key } }'],
        ['b', '{ x }'],
      ]),
    );
  });

  it('may be an absolute path, and come from the environment', () => {
    writeFileSync(join(folder, 'absolute.json'), '{ "a": "{ x }" }');

    const loaded = load(`\${DOCUMENTS}`, { DOCUMENTS: join(folder, 'absolute.json') });

    expect('config' in loaded && loaded.config.server.trustedDocuments?.get('a')).toBe('{ x }');
  });

  it.each([
    ['no file', null, 'no such file'],
    ['no JSON', '{ "a": ', 'a text that is no JSON'],
    ['a list', '["{ x }"]', 'a list'],
    ['no document', '{}', '0 documents'],
    ['a document that is no text', '{ "a": "{ x }", "b": 7 }', 'document "b": a number'],
    ['an id that is empty', '{ "": "{ x }" }', 'an id that is empty or too long'],
    ['a very long id', JSON.stringify({ ['x'.repeat(513)]: '{ x }' }), 'an id that is empty or too long'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe]), 'bytes that are no UTF-8'],
    ['far too much', ' '.repeat(16 * 1_048_576 + 1), 'more than 16777216 bytes'],
  ])('stops the start where there is %s', (_what, content, fault) => {
    rmSync(join(folder, 'bad.json'), { force: true });
    if (content !== null) writeFileSync(join(folder, 'bad.json'), content);

    expect(load('bad.json')).toEqual({
      problems: [
        `${join(folder, 'waybill.yaml')}:1:11: server.trustedDocuments: found "bad.json", ${fault}, allowed: ${ALLOWED}`,
      ],
    });
  });

  it('never shows a path that came from the environment', () => {
    expect(load(`\${DOCUMENTS}`, { DOCUMENTS: '/secret/place.json' })).toEqual({
      problems: [
        `${join(folder, 'waybill.yaml')}:1:11: server.trustedDocuments: found a string from \${DOCUMENTS}, no such file, allowed: ${ALLOWED}`,
      ],
    });
  });

  it('is told about with everything else that is wrong', () => {
    const file = join(folder, 'waybill.yaml');
    writeFileSync(file, withAccount('server: { port: 70000, trustedDocuments: none.json }'));

    const loaded = loadConfig({ file, env: {} });

    expect('problems' in loaded && loaded.problems.map((line) => line.split(': ', 2))).toEqual([
      [`${file}:1:11`, 'server.port'],
      [`${file}:1:24`, 'server.trustedDocuments'],
    ]);
  });
});
