import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const SOURCES = fileURLToPath(new URL('../../../packages/react/src/', import.meta.url));

/** The bytes that a page loads beside React and the client, minified and gzipped. */
async function measure(code: string): Promise<{ readonly bytes: number; readonly text: string }> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: SOURCES },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external: ['react', '@waybill/client', '@tanstack/react-query'],
  });
  const [{ contents, text } = { contents: new Uint8Array(), text: '' }] = outputFiles;
  return { bytes: gzipSync(contents, { level: 9 }).byteLength, text };
}

describe('the size of @waybill/react', () => {
  it('is at most 4 kB gzipped with everything in it', async () => {
    const { bytes } = await measure(`export * from './index.ts'; export * from './query.ts';`);

    expect(bytes).toBeGreaterThan(1_000);
    expect(bytes).toBeLessThanOrEqual(4_096);
  });

  it('is less for a page that uses less', async () => {
    const { bytes, text } = await measure(`export { useConnection, WaybillProvider } from './index.ts';`);

    expect(bytes).toBeLessThanOrEqual(600);
    expect(text).not.toContain('follow');
  });

  it('does not hold TanStack Query, of which only types are used', async () => {
    const { text } = await measure(`export * from './query.ts';`);

    expect(text).not.toContain('@tanstack');
  });
});
