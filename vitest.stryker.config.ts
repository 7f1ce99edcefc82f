import { defineConfig } from 'vitest/config';
import shared from './vitest.config.ts';

/** The tests that the pure modules are mutated against: none opens a socket, so that a thousand mutants take minutes. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    projects: undefined,
    setupFiles: ['test/mutation/fewer-runs.ts'],
    include: [
      'test/export/{file-name,locator,transitions}.test.ts',
      'test/vendors/shared/{instant,status-table}.test.ts',
      'test/http/{retry,retry-after}.test.ts',
      'test/vendors/*/{download-url,grammar,mapping,redirect}.test.ts',
      'test/mutation/**/*.test.ts',
    ],
  },
});
