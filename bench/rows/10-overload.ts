import {
  atMost,
  type Bench,
  type Detail,
  forEachWaybill,
  type Row,
  runLoad,
  type WaybillName,
} from '../harness/bench.ts';
import { ask } from '../harness/check.ts';
import type { OverloadResult } from '../harness/load.ts';
import { NUMBER, toOneExportBodies } from '../harness/operations.ts';
import { pause, Started } from '../harness/processes.ts';
import { type Figure, median, toFigure, toText } from '../harness/stats.ts';
import { startTarget } from '../harness/targets.ts';

/** More than can wait at once while nobody waits longer than two seconds: fewer would hold the load back themselves. */
const OVERLOAD_CONNECTIONS = 12_000;

/** What is going on while the event loop is watched. */
interface Blocks {
  /** Ten thousand requests come, a few at a time. */
  readonly arrivingMs: number;
  /** They wait, and one more comes. */
  readonly waitingMs: number;
  /** The vendor answers those that it has, all at once. */
  readonly releasedMs: number;
  /** How long the one more took. */
  readonly answerMs: number;
}

interface Overload extends OverloadResult {
  readonly capacity: number;
  readonly rssMb: readonly number[];
}

export const overload: Row = {
  number: 10,
  title: 'Ten thousand waiting, and twice as much as it can do',
  async measure(bench: Bench) {
    const waiting = bench.isQuick ? 2_000 : 10_000;
    const seconds = bench.isQuick ? 5 : 600;
    const blocks = new Map<WaybillName, Blocks[]>();
    const overloads = new Map<WaybillName, Overload>();
    for (const name of bench.waybills) {
      const found: Blocks[] = [];
      for (let round = 0; round < Math.min(bench.rounds, bench.isQuick ? 1 : 3); round += 1)
        found.push(await measureBlocks(bench, name, waiting));
      blocks.set(name, found);
      bench.say(`${name}: ${waiting} waited`);
      overloads.set(name, await measureOverload(bench, name, seconds));
      bench.say(`${name}: overloaded for ${seconds} s`);
    }
    const blockDetail: Detail = {
      title: `${waiting} callers wait for a vendor that does not answer, and one more comes for another vendor: longest block of the event loop, ms`,
      columns: [
        'server',
        'while they come',
        'while they wait and one more comes',
        'when the vendor answers',
        'the one more took',
      ],
      rows: [...blocks].map(([name, all]) => [
        name,
        toText(median(all.map(({ arrivingMs }) => arrivingMs))),
        toText(median(all.map(({ waitingMs }) => waitingMs))),
        toText(median(all.map(({ releasedMs }) => releasedMs))),
        toText(median(all.map(({ answerMs }) => answerMs))),
      ]),
    };
    const overloadDetail: Detail = {
      title: `Overload for ${seconds} s at twice the capacity; callers wait 2 s at most`,
      columns: [
        'server',
        'capacity/s',
        'sent',
        'answered',
        'refused',
        'gave up',
        'no connection left',
        'RSS MB after a tenth, half, all',
        'most',
      ],
      rows: [...overloads].map(([name, { capacity, sent, answered, failures, gaveUp, skipped, rssMb }]) => [
        name,
        toText(capacity),
        String(sent),
        String(answered),
        String(failures),
        String(gaveUp),
        String(skipped),
        [0.1, 0.5, 1]
          .map((share) => toText(rssMb[Math.floor(share * (rssMb.length - 1))] ?? Number.NaN))
          .join(', '),
        toText(Math.max(...rssMb)),
      ]),
    };
    return {
      lines: [
        {
          measure: `an operation comes while ${waiting} others wait: longest event-loop block`,
          unit: 'ms',
          figures: forEachWaybill(bench, (name) => {
            const found = blocks.get(name);
            return found && toFigure(found.map(({ waitingMs }) => waitingMs));
          }),
          must: atMost(100, 'ms'),
        },
        {
          measure: `${seconds} s at twice the capacity: RSS of the last fifth ÷ of the second fifth`,
          figures: forEachWaybill(bench, (name) => toGrowth(overloads.get(name)?.rssMb ?? [])),
          must: atMost(1.1),
        },
      ],
      details: [blockDetail, overloadDetail],
    };
  },
};

function toGrowth(rssMb: readonly number[]): Figure {
  const fifth = Math.ceil(rssMb.length / 5);
  return toFigure([median(rssMb.slice(-fifth)) / median(rssMb.slice(fifth, 2 * fifth))]);
}

/** Those who wait do so for Power BI; the one more is about Hi Energy, whose account is free. */
async function measureBlocks(bench: Bench, name: WaybillName, waiting: number): Promise<Blocks> {
  await bench.vendor.set({ latencyMs: 0, isListed: false, isMoving: false, held: '' });
  await using started = new Started();
  const settings = { vendorUrl: bench.vendor.url, connections: 1_000, timeoutMs: 120_000 };
  const target = started.add(await startTarget(name, bench.builds, settings));
  const { process, url, authorization } = target;
  const [powerBi = '', hiEnergy = ''] = toOneExportBodies();
  const load = { url, authorization, connections: 64 };
  await runLoad(bench, { ...load, bodies: [powerBi, hiEnergy], seconds: bench.isQuick ? 1 : 4 });

  await bench.vendor.set({ held: '/power-bi' });
  await bench.load.ask('openWaiting', { url, authorization, bodies: [powerBi], callers: waiting });
  await process.ask('startBlockWatch');
  await bench.load.ask('sendWaiting', { bodies: [powerBi] });
  await settle(() => process.cpuMs());
  const arrivingMs = await process.ask<number>('longestBlock');

  const sentAt = performance.now();
  const { errors } = await ask(target, hiEnergy.replaceAll(NUMBER, '1'));
  const answerMs = performance.now() - sentAt;
  if (errors !== undefined) throw new Error(`${name}: ${JSON.stringify(errors)}`);
  await pause(500);
  const waitingMs = await process.ask<number>('longestBlock');

  await bench.vendor.set({ held: '' });
  let answered = 0;
  for (let time = 0; time < 1_200 && answered < waiting; time += 1) {
    await pause(250);
    answered = await bench.load.ask<number>('answered');
  }
  if (answered < waiting)
    throw new Error(`${name}: ${answered} of ${waiting} have an answer after five minutes`);
  const releasedMs = await process.ask<number>('longestBlock');
  await bench.load.ask('stopWaiting');
  if (answered !== waiting) throw new Error(`${name}: ${answered} of ${waiting} had an answer`);
  return { arrivingMs, waitingMs, releasedMs, answerMs };
}

/** Until the server has had next to nothing to do for a while, a minute at most. */
async function settle(cpuMs: () => number): Promise<void> {
  let last = cpuMs();
  for (let second = 0; second < 120; second += 1) {
    await pause(500);
    const now = cpuMs();
    if (now - last <= 50) return;
    last = now;
  }
}

async function measureOverload(bench: Bench, name: WaybillName, seconds: number): Promise<Overload> {
  await bench.vendor.set({ latencyMs: 0, isListed: false, isMoving: false, held: '' });
  await using started = new Started();
  const settings = { vendorUrl: bench.vendor.url, connections: 128 };
  const { process, url, authorization } = started.add(await startTarget(name, bench.builds, settings));
  const bodies = toOneExportBodies();
  const load = { url, authorization, bodies, connections: 64 };
  await runLoad(bench, { ...load, seconds: bench.isQuick ? 1 : 5 });
  const { requests, seconds: took } = await runLoad(bench, { ...load, seconds: bench.isQuick ? 1 : 3 });
  const capacity = requests / took;

  const rssMb: number[] = [];
  const weigh = setInterval(() => rssMb.push(process.rssBytes() / 1e6), 250);
  const request = {
    ...load,
    connections: OVERLOAD_CONNECTIONS,
    requestsPerSecond: 2 * capacity,
    seconds,
    patienceMs: 2_000,
  };
  try {
    const result = await bench.load.ask<OverloadResult>('overload', request);
    return { ...result, capacity, rssMb };
  } finally {
    clearInterval(weigh);
  }
}
