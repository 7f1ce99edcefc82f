import { type Bench, type Detail, runLoad, toRatio } from './bench.ts';
import { checkAnswers } from './check.ts';
import { toHiveBody } from './hive.ts';
import { Started } from './processes.ts';
import { median, toText } from './stats.ts';
import { startTarget, type Target, type TargetName, type TargetSettings } from './targets.ts';

/** One server in one round. */
export interface Sample {
  readonly requestsPerSecond: number;
  readonly cpuMs: number;
  /** Share of its core that the server used: well below 1, something else was the bound. */
  readonly busy: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly rssBytes: number;
  readonly vendorCalls: number;
  readonly failures: number;
}

/** After so many a server is warm. */
const WARM_REQUESTS = 4_000;

export type Samples = ReadonlyMap<TargetName, readonly Sample[]>;

export interface ThroughputSettings {
  readonly targets: readonly TargetName[];
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly target: Omit<TargetSettings, 'vendorUrl'>;
}

/** All servers are up for the whole time, and get their load in turn: A B C, A B C, … */
export async function measureThroughput(
  bench: Bench,
  { targets: names, bodies, connections, target: targetSettings }: ThroughputSettings,
): Promise<Samples> {
  await using started = new Started();
  const targets: (Target & { readonly name: TargetName })[] = [];
  for (const name of names) {
    const settings = { ...targetSettings, vendorUrl: bench.vendor.url };
    const target = started.add(await startTarget(name, bench.builds, settings));
    await checkAnswers(target, bodies, bench.vendor.url);
    targets.push({ ...target, name });
  }
  const samples = new Map<TargetName, Sample[]>(targets.map(({ name }) => [name, []]));
  const bodiesOf = ({ name }: Target): readonly string[] =>
    name === 'hive' ? bodies.map(toHiveBody) : bodies;
  for (const target of targets) await warm(bench, target, { bodies: bodiesOf(target), connections });
  for (let round = 1; round <= bench.rounds; round += 1) {
    for (const target of targets) {
      const sample = await sampleOne(bench, target, {
        bodies: bodiesOf(target),
        connections,
        seconds: bench.seconds,
      });
      samples.get(target.name)?.push(sample);
    }
    bench.say(`round ${round} of ${bench.rounds}`);
  }
  return samples;
}

/** Until its code is compiled, which takes a slow server longer. */
async function warm(
  bench: Bench,
  { url, authorization }: Target,
  load: { readonly bodies: readonly string[]; readonly connections: number },
): Promise<void> {
  const times = bench.isQuick ? 1 : 3;
  let requests = 0;
  for (let time = 0; time < times && requests < WARM_REQUESTS; time += 1) {
    const result = await runLoad(bench, { ...load, url, authorization, seconds: bench.isQuick ? 1 : 2 });
    requests += result.requests;
  }
}

async function sampleOne(
  bench: Bench,
  { process, url, authorization }: Target,
  load: { readonly bodies: readonly string[]; readonly connections: number; readonly seconds: number },
): Promise<Sample> {
  await bench.vendor.reset();
  const before = process.cpuMs();
  const result = await runLoad(bench, { ...load, url, authorization });
  const cpuMs = process.cpuMs() - before;
  const { calls } = await bench.vendor.counts();
  return {
    requestsPerSecond: result.requests / result.seconds,
    cpuMs: cpuMs / result.requests,
    busy: cpuMs / (result.seconds * 1_000),
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    rssBytes: process.rssBytes(),
    vendorCalls: calls / result.requests,
    failures: result.failures,
  };
}

export function pick(samples: Samples, name: TargetName, field: keyof Sample): readonly number[] {
  return (samples.get(name) ?? []).map((sample) => sample[field]);
}

/** One line for each server. */
export function toThroughputDetail(title: string, samples: Samples): Detail {
  const cell = (name: TargetName, field: keyof Sample, scale = 1): string =>
    toText(median(pick(samples, name, field)) * scale);
  return {
    title,
    columns: [
      'server',
      'requests/s',
      'p50 ms',
      'p99 ms',
      'CPU ms a request',
      'CPU ÷ bare',
      'of its core',
      'RSS MB',
      'vendor calls a request',
      'failures',
    ],
    rows: [...samples.keys()].map((name) => [
      name,
      cell(name, 'requestsPerSecond'),
      cell(name, 'p50Ms'),
      cell(name, 'p99Ms'),
      cell(name, 'cpuMs'),
      samples.has('bare')
        ? toText(toRatio(pick(samples, name, 'cpuMs'), pick(samples, 'bare', 'cpuMs')).median)
        : '',
      `${cell(name, 'busy', 100)} %`,
      cell(name, 'rssBytes', 1e-6),
      cell(name, 'vendorCalls'),
      String(pick(samples, name, 'failures').reduce((sum, failures) => sum + failures, 0)),
    ]),
  };
}

/** Requests per second of each server as a share of the bare limit's, for the chart. */
export function toBars(samples: Samples): readonly { readonly name: TargetName; readonly value: number }[] {
  const bare = median(pick(samples, 'bare', 'requestsPerSecond'));
  return [...samples.keys()].map((name) => ({
    name,
    value: median(pick(samples, name, 'requestsPerSecond')) / bare,
  }));
}
