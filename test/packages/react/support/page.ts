import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** The first block of TypeScript in a package's README. */
export async function readPage(file: string): Promise<string> {
  const readme = await readFile(join(ROOT, file), 'utf8');
  const [, page] = /^```tsx\n(.*?)^```$/ms.exec(readme) ?? [];
  if (page === undefined) throw new Error(`There is no page in ${file}.`);
  return page;
}

/** What a page has rendered can be taken away again: `react-dom/client` with a root that is kept. */
const KEEP_ROOT: Plugin = {
  name: 'keep-root',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^react-dom\/client$/ }, ({ pluginData }) =>
      pluginData === 'real' ? undefined : { path: 'root', namespace: 'kept' },
    );
    onLoad({ filter: /.*/, namespace: 'kept' }, () => ({
      resolveDir: ROOT,
      contents: `
        import { createRoot as create } from ${JSON.stringify(join(ROOT, 'node_modules/react-dom/client.js'))};
        export const createRoot = (element) => (globalThis.pageRoot = create(element));
      `,
    }));
  },
};

/**
 * Runs a page as a browser would, bundled, in the document of this process.
 *
 * @returns what takes away all that it has rendered
 */
export async function runPage(page: string): Promise<() => void> {
  const { outputFiles = [] } = await build({
    stdin: { contents: page, resolveDir: ROOT, loader: 'tsx' },
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    alias: {
      '@waybill/client': join(ROOT, 'packages/client/src/index.ts'),
      '@waybill/react': join(ROOT, 'packages/react/src/index.ts'),
    },
    plugins: [KEEP_ROOT],
  });
  const folder = await mkdtemp(join(tmpdir(), 'waybill-page-'));
  try {
    const file = join(folder, 'page.mjs');
    await writeFile(file, outputFiles[0]?.text ?? '');
    await import(/* @vite-ignore */ pathToFileURL(file).href);
  } finally {
    await rm(folder, { recursive: true });
  }
  const { pageRoot } = globalThis as unknown as { readonly pageRoot: { unmount(): void } };
  return () => pageRoot.unmount();
}
