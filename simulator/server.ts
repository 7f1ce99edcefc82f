import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { VendorId } from '../src/export/vendor-id.ts';
import { type Clock, type Random, systemClock, systemRandom } from '../src/runtime/clock.ts';
import { CallCounter, FILES_STORE, type MountName } from './calls.ts';
import { answerRequest, type ServedVendor } from './dispatch.ts';
import { FaultBook } from './faults.ts';
import { createFileStore } from './file-store.ts';
import { OrderBook } from './order-book.ts';
import { createScaledClock } from './scaled-clock.ts';
import type { SeededJob, SimulatorFactory } from './simulator.ts';
import { type ByVendor, CODED_MOUNTS, type NamedMount, type TokenVendorId } from './vendors.ts';

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
  /** Which vendors to mount; default those that Waybill has code for. */
  readonly mounts?: readonly NamedMount[] | undefined;
  /** How they are made; default each as its own defaults have it. A vendor that is left out answers nothing. */
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
  readonly mounts: readonly NamedMount[];
  /** What goes into an account's `baseUrl`. */
  readonly baseUrls: ByVendor<string>;
  /** What goes into the `tokenUrl` of an account's credential. */
  readonly tokenUrls: Readonly<Record<TokenVendorId, string>> & Readonly<Record<string, string | undefined>>;
  /** One account at each vendor, as a configuration file would hold it. */
  readonly accounts: readonly object[];
  readonly seeds: ByVendor<readonly SeededJob[]>;
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
  const { mounts = CODED_MOUNTS, boardUrl = () => undefined, onCrash } = options;
  const { vendors = toFactories(mounts) } = options;
  if (!LOOPBACK.test(host))
    throw new RangeError(`The simulators only listen on a loopback host, not on ${host}.`);
  const simulatedClock = createScaledClock(clock, speed);

  const server = createServer();
  await listen(server, port, host);
  const { port: boundPort } = server.address() as AddressInfo;
  const url = `http://${host === '::1' ? '[::1]' : host}:${boundPort}`;
  const ids = mounts.map(({ vendor }) => vendor);
  const names: readonly MountName[] = [...ids, FILES_STORE];
  const controls = {
    ...{ url, boardUrl, clock, names },
    ...{ faults: new FaultBook(clock, names), calls: new CallCounter(names), orders: new OrderBook(ids) },
  };
  // Links name the port, so nothing can be built before the server listens.
  const store = createFileStore(simulatedClock, `${url}/${FILES_STORE}`);
  const simulators = new Map<string, ServedVendor>();
  let seeds: Simulators['seeds'];
  try {
    for (const { vendor, calls } of mounts) {
      const mountUrl = `${url}/${vendor}`;
      const simulator = vendors[vendor]?.({
        clock: simulatedClock,
        random,
        mountUrl,
        files: store,
        onAccepted: (order) => controls.orders.add(vendor, order),
      });
      if (simulator !== undefined) simulators.set(vendor, { simulator, calls });
    }
    seeds = forEachVendor(mounts, ({ vendor }) => simulators.get(vendor)?.simulator.seed() ?? []);
  } catch (error) {
    await close(server);
    throw error;
  }
  const stage = { ...controls, seeds, simulators, store, random };
  server.on('request', (incoming, response) => void answerRequest(incoming, response, stage, onCrash));

  const baseUrls = forEachVendor(mounts, ({ vendor, basePath }) => `${url}/${vendor}${basePath}`);
  const tokenUrls = toTokenUrls(mounts, url);
  const { faults, calls, orders } = controls;
  return {
    ...{ mounts, url, faults, calls, orders },
    seeds,
    speed,
    baseUrls,
    tokenUrls,
    accounts: mounts.map((mount) => toAccount(mount, baseUrls[mount.vendor], tokenUrls[mount.vendor])),
    [Symbol.asyncDispose]: () => close(server),
  };
}

function toFactories(mounts: readonly NamedMount[]): Readonly<Partial<Record<VendorId, SimulatorFactory>>> {
  return forEachVendor(mounts, ({ create }) => create);
}

function toTokenUrls(mounts: readonly NamedMount[], url: string): Simulators['tokenUrls'] {
  const entries = mounts.flatMap(({ vendor, tokenPath }) =>
    tokenPath === undefined ? [] : [[vendor, `${url}/${vendor}${tokenPath}`] as const],
  );
  return Object.fromEntries(entries) as Simulators['tokenUrls'];
}

function toAccount(
  { vendor, demoAccount }: NamedMount,
  baseUrl: string | undefined,
  tokenUrl: string | undefined,
): object {
  // JSON leaves out the token's address where it is undefined.
  return { vendor, baseUrl, ...demoAccount, credential: { ...demoAccount.credential, tokenUrl } };
}

function forEachVendor<Value>(
  mounts: readonly NamedMount[],
  create: (mount: NamedMount) => Value,
): ByVendor<Value> {
  return Object.fromEntries(mounts.map((mount) => [mount.vendor, create(mount)])) as ByVendor<Value>;
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
