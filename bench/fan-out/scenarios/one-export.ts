import { openStage, pause, type ServerName } from '../bench.ts';
import { FOLLOW, toListedLocators } from '../operation.ts';
import type { CountingVendor } from '../vendor.ts';

/** How long it took until everybody knew, milliseconds, one entry per change. */
export interface Spread {
  /** From the vendor's answer to the first write to a socket. */
  readonly readyMs: readonly number[];
  /** From the vendor's answer to the last write to a socket. */
  readonly handedMs: readonly number[];
  /** From the vendor's answer to the last client's receipt. */
  readonly receivedMs: readonly number[];
}

export interface OneExportSettings {
  readonly vendor: CountingVendor;
  readonly sockets: number;
  readonly operationsPerSocket: number;
  readonly changes: number;
  readonly messageBytes?: number | undefined;
}

const WARM_UP = 5;
const POLL_MS = 1_000;

/** One export with very many subscribers: how long from the poll that saw a change until the last of them is told. */
export async function measureOneExport(name: ServerName, settings: OneExportSettings): Promise<Spread> {
  const { vendor, sockets, operationsPerSocket, changes, messageBytes } = settings;
  await using stage = await openStage(name, { vendor, pollMs: POLL_MS, messageBytes });
  await stage.open({ sockets, operationsPerSocket, query: FOLLOW, locators: toListedLocators(1) });
  const subscribers = sockets * operationsPerSocket;
  await stage.push(WARM_UP, subscribers);
  await stage.server.ask('trace');

  const readyMs: number[] = [];
  const handedMs: number[] = [];
  const receivedMs: number[] = [];
  for (let change = 0; change < changes; change += 1) {
    await stage.traces();
    const seen = await stage.push(1, subscribers);
    const poll = (await stage.traces()).find(({ writes }) => writes >= sockets);
    if (poll === undefined || seen.messages !== subscribers)
      throw new Error(`${name}: a change reached ${seen.messages} of ${subscribers} subscribers`);
    readyMs.push(poll.firstWriteAt - poll.at);
    handedMs.push(poll.lastWriteAt - poll.at);
    receivedMs.push(seen.lastAt - poll.at);
    await pause(100);
  }
  return { readyMs, handedMs, receivedMs };
}
