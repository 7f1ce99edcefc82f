import { afterEach, beforeEach, expect, type MockInstance, vi } from 'vitest';

const METHODS = ['log', 'info', 'warn', 'error', 'debug'] as const;

/** Holds every test of a file to this: nothing is printed, no warning is raised. Vitest itself fails on an unhandled rejection. */
export function expectQuiet(): void {
  const warnings: string[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning.message);
  let spies: MockInstance[] = [];

  beforeEach(() => {
    warnings.length = 0;
    spies = METHODS.map((method) => vi.spyOn(console, method));
    process.on('warning', onWarning);
  });

  afterEach(() => {
    const printed = spies.flatMap((spy) => spy.mock.calls);
    for (const spy of spies) spy.mockRestore();
    process.off('warning', onWarning);
    expect(printed).toEqual([]);
    expect(warnings).toEqual([]);
  });
}
