import type { Store } from '../export/store.ts';
import type { StoreTools } from './keeping.ts';
import { createMemoryStore } from './memory.ts';

/** Where durable things are kept. */
export type StoreConfig =
  | { readonly kind: 'memory' }
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string };

/**
 * Opens the store. What a kind needs is loaded only when it is configured.
 *
 * A Postgres that is away does not keep the gateway from starting: every method rejects with a StoreUnavailableError until it is there.
 *
 * @throws StoreOpenError where the store can never work as configured
 */
export async function openStore(config: StoreConfig, tools: StoreTools): Promise<Store> {
  switch (config.kind) {
    case 'memory':
      return createMemoryStore();
    case 'sqlite': {
      const { openSqliteStore } = await import('./sql/sqlite.ts');
      return openSqliteStore(config.path, tools);
    }
    case 'postgres': {
      const { openPostgresStore } = await import('./sql/postgres.ts');
      return openPostgresStore(config.url, tools);
    }
  }
}
