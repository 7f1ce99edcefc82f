import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const SOURCES = fileURLToPath(new URL('../../../packages/client/src/', import.meta.url));

/** What a page loads, minified and gzipped, with everything that it needs. */
async function measure(code: string) {
  const { outputFiles = [] } = await build({
    stdin: { contents: code, resolveDir: SOURCES, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
  });
  const [{ contents, text } = { contents: new Uint8Array(), text: '' }] = outputFiles;
  return { bytes: gzipSync(contents).byteLength, text };
}

describe('the size of @waybill/client', () => {
  it('is below 12 kB gzipped, with all that it needs', async () => {
    const { bytes } = await measure(`export * from './index.ts';`);

    expect(bytes).toBeGreaterThan(4_000);
    expect(bytes).toBeLessThan(12_000);
  });

  it('is less for a page that uses less, and does not hold what only tests and gateways need', async () => {
    const { bytes, text } = await measure(`export { parseLocator } from './index.ts';`);
    const whole = await measure(`export * from './index.ts';`);

    expect(bytes).toBeLessThan(2_000);
    expect(text).not.toContain('subscription');
    expect(whole.text).not.toContain('waybill.example');
    expect(whole.text).not.toContain('sha256');
  });
});
