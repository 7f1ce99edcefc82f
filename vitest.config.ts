import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** The whole suite once more, with everything that gateways and commands put out searched for the tests' secrets: see CONTRIBUTING.md. */
export default mergeConfig(base, defineConfig({ test: { setupFiles: ['test/support/sweep/setup.ts'] } }));
