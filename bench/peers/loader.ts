import DataLoader from 'dataloader';
import { type Locator, toVendorPath } from '../harness/operations.ts';
import { type ShownExport, toShownExport } from './exports.ts';

export type ExportLoader = DataLoader<Locator, ShownExport, string>;

/** One vendor call. */
export type Read = (locator: Locator) => Promise<unknown>;

/** What resolvers find in their context. */
export interface Context {
  readonly exports: ExportLoader;
}

/** A loader for one operation, as DataLoader's documentation has it: one call for each export that is asked for. */
export function createExportLoader(read: Read): ExportLoader {
  return new DataLoader<Locator, ShownExport, string>(
    (locators) =>
      Promise.all(
        locators.map(async (locator) => {
          try {
            return toShownExport(locator, await read(locator));
          } catch (error) {
            return error instanceof Error ? error : new Error(String(error));
          }
        }),
      ),
    { cacheKeyFn: toVendorPath },
  );
}

export const resolvers = {
  Query: {
    export: (_root: unknown, { locator }: { locator: Locator }, { exports }: Context) =>
      exports.load(locator),
    exports: (_root: unknown, { locators }: { locators: readonly Locator[] }, { exports }: Context) =>
      exports.loadMany([...locators]),
  },
};
