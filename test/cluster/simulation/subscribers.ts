import type { ExportEvent } from '../../../src/export/events.ts';
import type { EventSink } from '../../../src/watch/channel.ts';
import type { SimulatedGateway } from './gateway.ts';
import { toIndex } from './vendors.ts';

/** What was told, and what should have been. */
export interface Ledger {
  /** Facts written about each export, but for first states. */
  readonly written: Uint32Array;
  /** Facts that its subscriber was told. */
  readonly told: Uint32Array;
  /** How far each export was, as last told. */
  readonly percent: Int16Array;
  /** Events that told less than one before. */
  backward: number;
  /** First states that were marked: something may be missing before them. */
  gaps: number;
  /** Streams that ended though their exports had not. */
  ended: number;
}

export function createLedger(exports: number): Ledger {
  return {
    written: new Uint32Array(exports),
    told: new Uint32Array(exports),
    percent: new Int16Array(exports).fill(-1),
    backward: 0,
    gaps: 0,
    ended: 0,
  };
}

/** Exports whose subscriber was told too little, and those whose subscriber was told something twice. */
export function compare({ written, told }: Ledger): { readonly lost: number; readonly repeated: number } {
  let [lost, repeated] = [0, 0];
  for (const [index, count] of written.entries()) {
    if ((told[index] ?? 0) < count) lost += 1;
    if ((told[index] ?? 0) > count) repeated += 1;
  }
  return { lost, repeated };
}

/** Watches some exports of one account through whichever gateway there is, and goes on with its last cursor at another. */
export class Subscriber {
  private readonly ledger: Ledger;
  private readonly indexes: readonly number[];
  private cursor: string | undefined;
  private connection: Connection | null = null;

  constructor(ledger: Ledger, indexes: readonly number[]) {
    this.ledger = ledger;
    this.indexes = indexes;
  }

  /** The gateway that it is connected to died. */
  get isCutOff(): boolean {
    return this.connection?.gateway.isAlive === false;
  }

  connect(gateway: SimulatedGateway): void {
    if (this.connection !== null) this.connection.isOpen = false;
    this.connection = new Connection(this, gateway);
    const stream = gateway.hub.events(gateway.requests(this.indexes), { after: this.cursor });
    stream.pipe(this.connection);
  }

  take(event: ExportEvent): void {
    const { ledger } = this;
    this.cursor = event.cursor;
    const index = toIndex(event.exportId);
    if (event.type !== 'ExportSnapshot') ledger.told[index] = (ledger.told[index] ?? 0) + 1;
    else if (event.isReplayGap) ledger.gaps += 1;
    const percent = event.export?.progress?.percent ?? 0;
    if (percent < (ledger.percent[index] ?? -1)) ledger.backward += 1;
    ledger.percent[index] = percent;
  }

  end(): void {
    this.ledger.ended += 1;
  }
}

/** What comes from a gateway that has died, or was left, counts for nothing. */
class Connection implements EventSink {
  readonly isReady = true;
  isOpen = true;
  readonly gateway: SimulatedGateway;
  private readonly subscriber: Subscriber;

  constructor(subscriber: Subscriber, gateway: SimulatedGateway) {
    this.subscriber = subscriber;
    this.gateway = gateway;
  }

  take(event: ExportEvent): void {
    if (this.isOpen && this.gateway.isAlive) this.subscriber.take(event);
  }

  end(): void {
    if (this.isOpen && this.gateway.isAlive) this.subscriber.end();
  }
}
