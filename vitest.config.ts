import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The packages are tested as they are written, without a build. */
const toSource = (file: string): string => fileURLToPath(new URL(`packages/${file}`, import.meta.url));

const TESTS = ['test/**/*.test.{ts,tsx}'];
/** Tests that need modules of their own: they mock some, change what the whole process has, or want its memory to themselves. */
const ISOLATED = [
  'test/isolation/*.test.ts',
  'test/packages/react/*.test.{ts,tsx}',
  'test/access/authenticate.test.ts',
  'test/operating/tracing.test.ts',
  'test/telemetry/spans.test.ts',
];

export default defineConfig({
  resolve: {
    // graphql-js ships two builds and refuses to work with both at once: take the one that Node itself takes.
    alias: [
      { find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') },
      { find: /^@waybill\/(client|react)$/, replacement: toSource('$1/src/index.ts') },
      { find: /^@waybill\/(client|react)\/([a-z]+)$/, replacement: toSource('$1/src/$2.ts') },
    ],
  },
  test: {
    exclude: ['test/fixtures/**', 'node_modules/**'],
    // Loading the gateway anew for each of 320 files takes longer than most of their tests.
    projects: [
      { extends: true, test: { name: 'together', include: TESTS, exclude: ISOLATED, isolate: false } },
      { extends: true, test: { name: 'isolated', include: ISOLATED } },
    ],
    globalSetup: ['test/support/build-once.ts'],
    setupFiles: ['test/support/sweep/setup.ts'],
    testTimeout: 60_000,
    // A Postgres of many databases takes its time to remove.
    hookTimeout: 60_000,
    // More than half of the time is spent waiting for sockets, servers and browsers. A number: of a percentage no more than all cores are taken.
    maxWorkers: availableParallelism() * 2,
    // Real sockets on a shared machine: CI tries a failed test once more and says so; here it fails at once.
    retry: process.env.CI ? 1 : 0,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/generated/**'],
      reporter: ['text-summary', 'html', 'json-summary'],
    },
  },
});
