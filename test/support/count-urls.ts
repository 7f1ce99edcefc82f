import { vi } from 'vitest';

/** Counts the addresses that are parsed from now on, until `vi.unstubAllGlobals`. */
export function countUrls(): { readonly count: number } {
  const parsed = { count: 0 };
  const { URL: Original } = globalThis;
  class CountedUrl extends Original {
    constructor(...parts: ConstructorParameters<typeof Original>) {
      super(...parts);
      parsed.count += 1;
    }
  }
  vi.stubGlobal('URL', CountedUrl);
  return parsed;
}
