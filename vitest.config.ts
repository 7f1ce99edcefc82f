import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // graphql-js ships two builds and refuses to work with both at once: take the one that Node itself takes.
    alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/fixtures/**', 'node_modules/**'],
    setupFiles: ['test/support/sweep/setup.ts'],
    testTimeout: 60_000,
    // Much of the time is spent waiting for sockets: leave no core of a small machine idle.
    maxWorkers: '100%',
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
