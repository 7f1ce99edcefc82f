import { parse } from 'graphql';
import type { DemoOrder } from '../../simulator/simulator.ts';
import type { VendorId } from '../export/vendor-id.ts';
import { type Clock, type Random, sleep } from '../runtime/clock.ts';
import type { Log } from '../runtime/tools.ts';
import { schemaNames } from '../vendor-file/names.ts';
import { parseGatewayAccess } from './gateway/address.ts';
import { queryGateway } from './gateway/query.ts';

/** An export that is to be followed from the beginning. */
export interface DemoExport {
  readonly vendor: VendorId;
  readonly ids: Readonly<Record<string, string>>;
  readonly title: string;
}

export interface DemoTrafficParts {
  /** The gateway's base URL. */
  readonly url: string;
  /** Where exports are started, each in its turn. */
  readonly vendors: readonly VendorId[];
  /** Tracked as soon as it begins. */
  readonly tracked: readonly DemoExport[];
  /** Makes up something to start; null for a vendor that cannot start any. */
  readonly createOrder: (vendor: VendorId) => DemoOrder | null;
  /**
   * Lets the next export that is started at a vendor go as these words of `x-simulate` say: the gateway sends no such header.
   *
   * @returns takes that back, for a start that never reached the vendor
   */
  readonly arrange: (vendor: VendorId, words: string) => () => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Pick<Log, 'debug'>;
}

/** How often an export is started, give or take a fifth. */
const EVERY_MS = 10_000;
const SPREAD = 0.2;
/** A gateway that says nothing for so long is not waited for. */
const ANSWER_TIMEOUT_MS = 15_000;

const TRACK = parse(`mutation TrackFromTheStart($locator: ExportLocator!, $label: String) {
  trackExport(locator: $locator, label: $label) { tracking { trackedAt } }
}`);

const START = parse(`mutation StartForTheDemo($input: StartExportInput!) {
  startExport(input: $input) { isExisting export { id } }
}`);

/**
 * Keeps something moving in the demo: starts an export about every ten seconds, at each vendor in turn, as any front end would.
 *
 * One call is under way at a time. Nothing it is answered ends it: the demo is there to be looked at.
 */
export class DemoTraffic {
  private readonly parts: DemoTrafficParts;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  /** Vendors of the round under way; each has its turn once before any has it again. */
  private waiting: VendorId[] = [];

  constructor(parts: DemoTrafficParts) {
    this.parts = parts;
  }

  /** Begins; called again, it does nothing. */
  start(): void {
    this.running ??= this.run();
  }

  /** Gives up the call under way and starts none any more. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { clock, random } = this.parts;
    const { signal } = this.stopping;
    for (const entry of this.parts.tracked) await this.track(entry);
    while (!signal.aborted) {
      const waitMs = EVERY_MS * (1 + SPREAD * (2 * random.next() - 1));
      // It rejects with the end alone.
      await sleep(clock, waitMs, signal).catch(() => undefined);
      if (!signal.aborted) await this.startOne();
    }
  }

  private async track({ vendor, ids, title }: DemoExport): Promise<void> {
    const locator = { [schemaNames(vendor).locatorField]: ids };
    await this.send(TRACK, { locator, label: title }, { vendor });
  }

  private async startOne(): Promise<void> {
    const vendor = this.nextVendor();
    const order = this.parts.createOrder(vendor);
    if (order === null) return;
    const { label, fields, words } = order;
    const takeBack = words === undefined ? undefined : this.parts.arrange(vendor, words);
    const input = { label, order: { [schemaNames(vendor).locatorField]: fields } };
    await this.send(START, { input }, { vendor });
    takeBack?.();
  }

  private nextVendor(): VendorId {
    if (this.waiting.length === 0) this.waiting = [...this.parts.vendors];
    const [vendor] = this.waiting.splice(Math.floor(this.parts.random.next() * this.waiting.length), 1);
    return vendor as VendorId;
  }

  /** Sends a mutation; what comes of it shows on the board, and why nothing came of it in the log, for those who ask. */
  private async send(
    document: ReturnType<typeof parse>,
    variables: object,
    facts: { readonly vendor: VendorId },
  ): Promise<void> {
    if (this.stopping.signal.aborted) return;
    const { clock, log, url } = this.parts;
    const late = new AbortController();
    const cancelTimer = clock.setTimer(ANSWER_TIMEOUT_MS, () => late.abort());
    const signal = AbortSignal.any([this.stopping.signal, late.signal]);
    try {
      await queryGateway(parseGatewayAccess(url, undefined), document, variables, signal);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.debug({ ...facts, reason }, 'The demo could not start or track an export.');
    } finally {
      cancelTimer();
    }
  }
}
