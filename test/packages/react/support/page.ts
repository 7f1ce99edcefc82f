import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Waybill } from '@waybill/client';
import { build, type Plugin } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** The first block of TypeScript in a package's README: that of a page. */
export async function readPage(file: string): Promise<string> {
  const readme = await readFile(join(ROOT, file), 'utf8');
  const [, page] = /^```tsx?\n(.*?)^```$/ms.exec(readme) ?? [];
  if (page === undefined) throw new Error(`There is no page in ${file}.`);
  return page;
}

/** What the compiler says of a page; empty where it is right. */
export async function compilePage(page: string): Promise<string> {
  const tests = join(ROOT, 'test/packages');
  const folder = await mkdtemp(join(tests, '.page-'));
  try {
    await writeFile(join(folder, 'page.tsx'), page);
    const config = { extends: '../tsconfig.json', include: ['page.tsx'], compilerOptions: { types: [] } };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { stdout } = await promisify(execFile)(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder]).catch(
      (failed: { stdout: string }) => failed,
    );
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
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

/** What a page leaves in this process, for whoever takes it away. */
interface Left {
  /** React's, where the page is rendered by it. */
  readonly pageRoot?: { unmount(): void };
  readonly pageClient: Waybill;
}

/** Runs a page as a browser would, bundled, in the document of this process. */
export async function runPage(page: string): Promise<Left> {
  const { outputFiles = [] } = await build({
    stdin: { contents: `${page}\nglobalThis.pageClient = client;`, resolveDir: ROOT, loader: 'tsx' },
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
  return globalThis as unknown as Left;
}
