/** How the board becomes what a browser is given: one script, one style sheet, one icon, each by a name made of its content. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const fromRoot = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  configFile: false,
  root: fromRoot('board/'),
  base: '/board/',
  publicDir: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic' } },
  resolve: {
    alias: [{ find: /^@waybill\/(client|react)$/, replacement: fromRoot('packages/$1/src/index.ts') }],
  },
  build: {
    outDir: fromRoot('dist/src/board/'),
    emptyOutDir: true,
    assetsDir: '',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
});
