import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { GatewayProcess } from './gateways.ts';
import { type Layout, toConfig } from './layout.ts';
import { type ClusterVendor, startClusterVendor } from './vendor.ts';

export interface ClusterSettings {
  readonly layout: Layout;
  readonly gateways: number;
  /** The port of Redis; null for one gateway with all in its memory. */
  readonly redisPort: number | null;
  /** What the gateways run, such as `BUILT_MAIN`. */
  readonly program: string;
  /** See the vendor's. */
  readonly changeMs: number;
  /** Called with where the gateways listen, whenever that changes: for the balancer. */
  readonly onPorts: (ports: readonly number[]) => void;
}

/** Several gateways in processes of their own, each with a way to Redis that can be broken, and vendors. */
export class Cluster implements AsyncDisposable {
  readonly vendor: ClusterVendor;
  /** One for each gateway; empty without Redis. */
  readonly proxies: readonly FaultProxy[];
  /** By place; null where none runs. */
  readonly gateways: (GatewayProcess | null)[];
  private readonly settings: ClusterSettings;
  private readonly folder = mkdtempSync(join(tmpdir(), 'waybill-cluster-'));

  private constructor(settings: ClusterSettings, vendor: ClusterVendor, proxies: readonly FaultProxy[]) {
    this.settings = settings;
    this.vendor = vendor;
    this.proxies = proxies;
    this.gateways = Array.from({ length: settings.gateways }, () => null);
  }

  static async start(settings: ClusterSettings): Promise<Cluster> {
    const { layout, changeMs, gateways, redisPort } = settings;
    const vendor = await startClusterVendor({ layout, changeMs });
    const proxies: FaultProxy[] = [];
    for (let place = 0; redisPort !== null && place < gateways; place += 1)
      proxies.push(await startFaultProxy(redisPort));
    const cluster = new Cluster(settings, vendor, proxies);
    for (const place of cluster.gateways.keys()) await cluster.start(place);
    return cluster;
  }

  /** Starts a gateway in this place. @param program - another than the usual one */
  async start(place: number, program = this.settings.program): Promise<void> {
    const { layout, redisPort } = this.settings;
    const proxy = this.proxies[place];
    const backplane =
      redisPort === null || proxy === undefined
        ? { kind: 'memory' }
        : { kind: 'redis', url: `redis://127.0.0.1:${proxy.port}` };
    const file = join(this.folder, `gateway-${place}.json`);
    writeFileSync(file, toConfig(layout, this.vendor.url, backplane));
    this.gateways[place] = await GatewayProcess.start(program, file);
    this.tellPorts();
  }

  /** The balancer hears of it as the gateway is told to go. @returns the exit code, and how long it took */
  async end(
    place: number,
    signal: 'SIGKILL' | 'SIGTERM',
  ): Promise<{ readonly exitCode: number | null; readonly tookMs: number }> {
    const gateway = this.gateways[place];
    if (gateway == null) return { exitCode: null, tookMs: 0 };
    const from = performance.now();
    this.gateways[place] = null;
    this.tellPorts();
    const exitCode = await gateway.end(signal);
    return { exitCode, tookMs: performance.now() - from };
  }

  /** Breaks or mends every gateway's way to Redis. */
  async setProxies(mode: Parameters<FaultProxy['set']>[0]): Promise<void> {
    for (const proxy of this.proxies) await proxy.set(mode);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const gateway of this.gateways) await gateway?.end('SIGKILL');
    for (const proxy of this.proxies) await proxy[Symbol.asyncDispose]();
    await this.vendor[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private tellPorts(): void {
    this.settings.onPorts(this.gateways.flatMap((gateway) => (gateway === null ? [] : [gateway.port])));
  }
}

/** Waits until something holds. @param what - for the error, as a clause */
export async function until(what: string, isSo: () => boolean, timeoutMs: number): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs;
  while (!isSo()) {
    if (performance.now() > giveUpAt) throw new Error(`Given up: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
