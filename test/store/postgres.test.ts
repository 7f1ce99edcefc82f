import { afterAll, beforeAll, describe } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { openStore } from '../../src/store/open.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../support/postgres.ts';
import { createLogBook } from './log-book.ts';
import { describeStore } from './store-suite.ts';

const programs = findPostgres();

describe.skipIf(programs === null)('on a real server', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres(programs ?? '');
  });
  afterAll(async () => {
    await server.close();
  });

  describeStore('postgres', async () => {
    const url = await server.createDatabase();
    const opened: { close(): Promise<void> }[] = [];
    return {
      async open() {
        const store = await openStore(
          { kind: 'postgres', url },
          { clock: systemClock, log: createLogBook().log },
        );
        opened.push(store);
        return store;
      },
      async close() {
        for (const store of opened) await store.close();
      },
    };
  });
});
