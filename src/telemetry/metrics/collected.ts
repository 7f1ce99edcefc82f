import { Counter, Gauge, type Registry } from 'prom-client';

/** A value as it is at the moment of a scrape. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Collected {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  /** Asked at each scrape; a number is a value without labels. */
  readonly read: () => number | readonly Sample[];
}

interface CollectedLater extends Omit<Collected, 'read'> {
  /** Where it rejects, the value is left out of the scrape. */
  readonly read: () => Promise<readonly Sample[]>;
}

/** A gauge that is asked for its values at each scrape. */
export function collectGauge(registry: Registry, { read, labelNames = [], ...named }: Collected): void {
  new Gauge({
    ...named,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, value } of toSamples(read())) this.set(labels, value);
    },
  });
}

/** A gauge whose values another process may have to be asked for. */
export function collectGaugeLater(
  registry: Registry,
  { read, labelNames = [], ...named }: CollectedLater,
): void {
  new Gauge({
    ...named,
    labelNames: [...labelNames],
    registers: [registry],
    async collect() {
      const samples = await read().catch(() => []);
      this.reset();
      for (const { labels, value } of samples) this.set(labels, value);
    },
  });
}

/** A counter whose total is kept elsewhere, and asked for at each scrape. */
export function collectCounter(registry: Registry, { read, labelNames = [], ...named }: Collected): void {
  new Counter({
    ...named,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, value } of toSamples(read())) this.inc(labels, value);
    },
  });
}

function toSamples(read: number | readonly Sample[]): readonly Sample[] {
  return typeof read === 'number' ? [{ labels: {}, value: read }] : read;
}
