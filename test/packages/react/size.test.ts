import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const SOURCES = fileURLToPath(new URL('../../../packages/react/src/', import.meta.url));

const CLIENT = fileURLToPath(new URL('../../../packages/client/src/index.ts', import.meta.url));
const OTHERS = ['react', '@tanstack/react-query'];

/** What a page loads, minified and gzipped, without what is `external`. */
async function measure(code: string, external: readonly string[]) {
  const { outputFiles = [] } = await build({
    stdin: { contents: code, resolveDir: SOURCES },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external: [...OTHERS, ...external],
    alias: external.length > 0 ? {} : { '@waybill/client': CLIENT },
  });
  const [{ contents, text } = { contents: new Uint8Array(), text: '' }] = outputFiles;
  return { bytes: gzipSync(contents, { level: 9 }).byteLength, text };
}

const alone = (code: string) => measure(code, ['@waybill/client']);

describe('the size of @waybill/react', () => {
  it('is at most 4 kB gzipped', async () => {
    const { bytes } = await alone(`export * from './index.ts';`);

    expect(bytes).toBeGreaterThan(1_000);
    expect(bytes).toBeLessThanOrEqual(4_096);
  });

  it('adds at most 4 kB to the client with all its entries', async () => {
    const client = `export * from '@waybill/client';`;
    const kit = `${client} export * from './index.ts'; export * from './query.ts';`;

    const [before, after] = await Promise.all([measure(client, []), measure(kit, [])]);

    expect(before.bytes).toBeGreaterThan(4_096);
    expect(after.bytes - before.bytes).toBeLessThanOrEqual(4_096);
  });

  it('is less for a page that uses less', async () => {
    const { bytes, text } = await alone(`export { useConnection, WaybillProvider } from './index.ts';`);

    expect(bytes).toBeLessThanOrEqual(600);
    expect(text).not.toContain('follow');
  });

  it('does not hold TanStack Query, of which only types are used', async () => {
    const { text } = await alone(`export * from './query.ts';`);

    expect(text).not.toContain('@tanstack');
  });
});
