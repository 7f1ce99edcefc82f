import { openStage, pause, type ServerName } from '../bench.ts';
import { FOLLOW_LARGE, toListedLocators } from '../operation.ts';
import type { CountingVendor } from '../vendor.ts';

/** What happened while some of the sockets were not read. */
export interface Stalled {
  readonly stalled: number;
  readonly readers: number;
  /** Messages to each reader: how many there were to be, and the fewest that one got. */
  readonly expected: number;
  readonly fewest: number;
  readonly readersClosed: number;
  /** The most memory of the process above what it had before, bytes. */
  readonly growthBytes: number;
  /** Close codes that the stalled ones found when they read again. */
  readonly closed: Readonly<Record<string, number>>;
  readonly hasCrashed: boolean;
}

export interface StalledSettings {
  readonly vendor: CountingVendor;
  readonly sockets: number;
  readonly stalled: number;
  readonly changes: number;
  /** Of free text in each message: the kernel's buffers are to run full within the run. */
  readonly paddingBytes: number;
}

const POLL_MS = 500;
/** Readers are looked at after so many changes, so that the process is weighed on the way. */
const STEP = 5;
/** A stalled peer that is sent nothing more is told to go within this time. */
const PATIENCE_MS = 40_000;

/** Some of the sockets stop reading: the others get everything, the memory stays bounded, and only those go. */
export async function measureStalled(name: ServerName, settings: StalledSettings): Promise<Stalled> {
  const { vendor, sockets, stalled, changes, paddingBytes } = settings;
  const readers = sockets - stalled;
  await using stage = await openStage(name, { vendor, pollMs: POLL_MS });
  const request = { operationsPerSocket: 1, query: FOLLOW_LARGE, locators: toListedLocators(1) };
  await stage.open({ ...request, sockets, stalled });
  const before = await stage.settledUsage();

  vendor.padding = 'x'.repeat(paddingBytes);
  let growthBytes = 0;
  let fewest = 0;
  let readersClosed = 0;
  for (let told = 0; told < changes && !stage.server.hasEnded; told += STEP) {
    const seen = await stage.push(STEP, readers);
    fewest += seen.fewestMessages;
    readersClosed = seen.readersClosed;
    if (stage.server.hasEnded) break;
    const { rssBytes } = await stage.usage();
    growthBytes = Math.max(growthBytes, rssBytes - before.rssBytes);
  }
  vendor.padding = '';
  await pause(PATIENCE_MS);
  await stage.clients.ask('resume');
  await pause(5_000);
  const { closed } = await stage.see();
  const hasCrashed = stage.server.hasEnded;
  return { stalled, readers, expected: changes, fewest, readersClosed, growthBytes, closed, hasCrashed };
}
