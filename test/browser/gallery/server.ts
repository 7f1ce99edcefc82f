import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Waybill</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<meta name="waybill-graphiql" content=""><link rel="icon" href="data:,"><link rel="stylesheet" href="/main.css">
<script type="module" src="/main.js"></script></head><body><div id="root"></div></body></html>`;

export interface Gallery extends AsyncDisposable {
  readonly url: string;
}

/** Serves the board on a stub, from the sources as they are. */
export async function startGallery(): Promise<Gallery> {
  const { outputFiles } = await build({
    entryPoints: [fromRoot('test/browser/gallery/main.tsx')],
    bundle: true,
    minify: true,
    format: 'esm',
    outdir: '/',
    write: false,
    jsx: 'automatic',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.svg': 'dataurl' },
    alias: {
      '@waybill/client': fromRoot('packages/client/src/index.ts'),
      '@waybill/react': fromRoot('packages/react/src/index.ts'),
    },
  });
  const textOf = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  const parts: Readonly<Record<string, readonly [string, string]>> = {
    '/main.js': ['text/javascript', textOf('.js')],
    '/main.css': ['text/css', textOf('.css')],
  };
  const server = createServer((request, response) => {
    const [type, text] = parts[request.url ?? ''] ?? ['text/html', PAGE];
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
