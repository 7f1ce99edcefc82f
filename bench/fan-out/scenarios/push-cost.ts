import { openStage, type ServerName } from '../bench.ts';
import { FOLLOW, toListedLocators } from '../operation.ts';
import type { CountingVendor } from '../vendor.ts';

/** What one message to one subscriber costs the server's process. */
export interface PushCost {
  /** Processor time per message, microseconds, polling included; and the kernel's part of it. */
  readonly cpuUs: number;
  readonly systemUs: number;
  readonly messageBytes: number;
}

export interface PushCostSettings {
  readonly vendor: CountingVendor;
  readonly sockets: number;
  readonly operationsPerSocket: number;
  readonly changes: number;
  readonly messageBytes?: number | undefined;
}

/** Changes that are told before anything is measured. */
const WARM_UP = 10;

/** Processor time of the server while so many changes go to so many subscribers of one export. */
export async function measurePushCost(name: ServerName, settings: PushCostSettings): Promise<PushCost> {
  const { vendor, sockets, operationsPerSocket, changes, messageBytes } = settings;
  await using stage = await openStage(name, { vendor, pollMs: 250, messageBytes });
  await stage.open({ sockets, operationsPerSocket, query: FOLLOW, locators: toListedLocators(1) });
  const subscribers = sockets * operationsPerSocket;
  await stage.push(WARM_UP, subscribers);

  const before = await stage.usage();
  const seen = await stage.push(changes, subscribers);
  const after = await stage.usage();
  if (seen.messages !== changes * subscribers)
    throw new Error(`${name}: ${seen.messages} messages came, not ${changes * subscribers}`);
  return {
    cpuUs: (after.cpuUs - before.cpuUs) / seen.messages,
    systemUs: (after.systemUs - before.systemUs) / seen.messages,
    messageBytes: Math.round(seen.bytes / seen.messages),
  };
}
