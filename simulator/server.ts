import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VENDOR_IDS, type VendorId } from '../src/export/vendor-id.ts';
import { type Clock, type Random, systemClock, systemRandom } from '../src/runtime/clock.ts';
import { CallCounter, FILES_STORE } from './calls.ts';
import { answerRequest } from './dispatch.ts';
import { FaultBook } from './faults.ts';
import { createFileStore } from './file-store.ts';
import { OrderBook } from './order-book.ts';
import { createScaledClock } from './scaled-clock.ts';
import type { SeededJob, SimulatorFactory, VendorSimulator } from './simulator.ts';
import { SIMULATED_VENDORS, type TokenVendorId } from './vendors.ts';

export interface SimulatorsOptions {
  /** Default 0: any free one. */
  readonly port?: number | undefined;
  /** A loopback host; default 127.0.0.1. */
  readonly host?: string | undefined;
  /** How many simulated seconds pass in a real one, above 0 and at most 1,000; default 1. */
  readonly speed?: number | undefined;
  /** The real time, which `speed` is laid over. */
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** Which vendors to mount; default all, each as its own defaults have it. */
  readonly vendors?: Readonly<Partial<Record<VendorId, SimulatorFactory>>> | undefined;
  /** Where a board shows what the simulators do; asked each time, since a gateway starts after them. */
  readonly boardUrl?: (() => string | undefined) | undefined;
  /** Told of every error thrown in a simulator; the caller of that simulator sees a bare 500. */
  readonly onCrash?: ((error: unknown) => void) | undefined;
}

/** The simulators while they run. Disposing of them ends the server and every open connection. */
export interface Simulators extends AsyncDisposable {
  /** `http://127.0.0.1:4100` */
  readonly url: string;
  readonly speed: number;
  /** What goes into an account's `baseUrl`. */
  readonly baseUrls: Readonly<Record<VendorId, string>>;
  /** What goes into the `tokenUrl` of an account's client credentials. */
  readonly tokenUrls: Readonly<Record<TokenVendorId, string>>;
  /** One account at each vendor, as a configuration file would hold it. */
  readonly accounts: readonly object[];
  readonly seeds: Readonly<Record<VendorId, readonly SeededJob[]>>;
  readonly faults: FaultBook;
  readonly calls: CallCounter;
  readonly orders: OrderBook;
}

const LOOPBACK = /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|localhost)$/;

/**
 * Serves every vendor's simulator, the file store and the admin API on one loopback port.
 *
 * @throws RangeError for a host that is not loopback or a speed out of bounds; the socket's error where it cannot listen
 */
export async function startSimulators(options: SimulatorsOptions = {}): Promise<Simulators> {
  const { port = 0, host = '127.0.0.1', speed = 1, clock = systemClock, random = systemRandom } = options;
  const { vendors = toFactories(), boardUrl = () => undefined, onCrash } = options;
  if (!LOOPBACK.test(host))
    throw new RangeError(`The simulators only listen on a loopback host, not on ${host}.`);
  const simulatedClock = createScaledClock(clock, speed);

  const server = createServer();
  await listen(server, port, host);
  const { port: boundPort } = server.address() as AddressInfo;
  const url = `http://${host === '::1' ? '[::1]' : host}:${boundPort}`;
  const controls = {
    ...{ url, boardUrl, clock },
    ...{ faults: new FaultBook(clock), calls: new CallCounter(), orders: new OrderBook() },
  };
  // Links name the port, so nothing can be built before the server listens.
  const store = createFileStore(simulatedClock, `${url}/${FILES_STORE}`);
  const simulators = new Map<string, VendorSimulator>();
  let seeds: Simulators['seeds'];
  try {
    for (const vendor of VENDOR_IDS) {
      const mountUrl = `${url}/${vendor}`;
      const simulator = vendors[vendor]?.({
        clock: simulatedClock,
        random,
        mountUrl,
        files: store,
        onAccepted: (order) => controls.orders.add(vendor, order),
      });
      if (simulator !== undefined) simulators.set(vendor, simulator);
    }
    seeds = seedAll(simulators);
  } catch (error) {
    await close(server);
    throw error;
  }
  const stage = { ...controls, seeds, simulators, store, random };
  server.on('request', (incoming, response) => void answerRequest(incoming, response, stage, onCrash));

  const baseUrls = forEachVendor((vendor) => `${url}/${vendor}${SIMULATED_VENDORS[vendor].basePath}`);
  const tokenUrls = toTokenUrls(url);
  const { faults, calls, orders } = controls;
  return {
    ...{ url, faults, calls, orders },
    seeds,
    speed,
    baseUrls,
    tokenUrls: tokenUrls as Simulators['tokenUrls'],
    accounts: VENDOR_IDS.map((vendor) => toAccount(vendor, baseUrls[vendor], tokenUrls[vendor])),
    [Symbol.asyncDispose]: () => close(server),
  };
}

function seedAll(simulators: ReadonlyMap<string, VendorSimulator>): Simulators['seeds'] {
  return forEachVendor((vendor) => simulators.get(vendor)?.seed() ?? []);
}

function toFactories(): Readonly<Record<VendorId, SimulatorFactory>> {
  return forEachVendor((vendor) => SIMULATED_VENDORS[vendor].create);
}

function toTokenUrls(url: string): Readonly<Partial<Record<VendorId, string>>> {
  const entries = VENDOR_IDS.flatMap((vendor) => {
    const { tokenPath } = SIMULATED_VENDORS[vendor];
    return tokenPath === undefined ? [] : [[vendor, `${url}/${vendor}${tokenPath}`] as const];
  });
  return Object.fromEntries(entries);
}

function toAccount(vendor: VendorId, baseUrl: string, tokenUrl: string | undefined): object {
  const { demoAccount } = SIMULATED_VENDORS[vendor];
  // JSON leaves out the token's address where it is undefined.
  return { vendor, baseUrl, ...demoAccount, credential: { ...demoAccount.credential, tokenUrl } };
}

function forEachVendor<Value>(create: (vendor: VendorId) => Value): Readonly<Record<VendorId, Value>> {
  return Object.fromEntries(VENDOR_IDS.map((vendor) => [vendor, create(vendor)])) as Record<VendorId, Value>;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
