import { openStage, pause, type ServerName } from '../bench.ts';
import { FOLLOW, toListedLocators } from '../operation.ts';
import type { CountingVendor } from '../vendor.ts';

/** What one subscriber that waits costs, bytes. */
export interface IdleMemory {
  readonly heapBytes: number;
  readonly rssBytes: number;
}

export interface IdleMemorySettings {
  readonly vendor: CountingVendor;
  readonly sockets: number;
  readonly operationsPerSocket: number;
}

/** Long enough that nothing is polled while memory is read. */
const POLL_MS = 60_000;

/** Timers that wait for a `connection_init` have gone by then. */
const INIT_TIMEOUT_MS = 4_000;

/** Memory of the server after garbage collection, without subscribers and with so many that wait. */
export async function measureIdleMemory(name: ServerName, settings: IdleMemorySettings): Promise<IdleMemory> {
  const { vendor, sockets, operationsPerSocket } = settings;
  const query = FOLLOW;
  const locators = toListedLocators(1);
  await using stage = await openStage(name, { vendor, pollMs: POLL_MS });
  // Everything is loaded and compiled before the empty server is weighed.
  await stage.open({ sockets: 200, operationsPerSocket: 1, query, locators });
  await stage.clients.ask('close');
  await pause(INIT_TIMEOUT_MS);

  const before = await stage.settledUsage();
  await stage.open({ sockets, operationsPerSocket, query, locators });
  await pause(INIT_TIMEOUT_MS);
  const after = await stage.settledUsage();
  const subscribers = sockets * operationsPerSocket;
  return {
    heapBytes: (after.heapBytes - before.heapBytes) / subscribers,
    rssBytes: (after.rssBytes - before.rssBytes) / subscribers,
  };
}
