import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../src/export/store.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { openStore } from '../../src/store/open.ts';
import { createLogBook } from './log-book.ts';
import { describeStore } from './store-suite.ts';

describeStore('sqlite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-store-'));
  const opened: Store[] = [];
  return {
    async open() {
      const config = { kind: 'sqlite', path: join(folder, 'waybill.db') } as const;
      const store = await openStore(config, { clock: systemClock, log: createLogBook().log });
      opened.push(store);
      return store;
    },
    async close() {
      for (const store of opened) await store.close();
      rmSync(folder, { recursive: true });
    },
  };
});
