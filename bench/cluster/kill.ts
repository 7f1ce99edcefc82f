import type { Cluster } from '../../test/cluster/processes/cluster.ts';
import { type BenchSettings, openScene, pause, print, untilTally } from './setup.ts';

/** `kill -9` of each gateway in turn, under subscribers that come back with their last cursors. */
export async function measureKills(settings: BenchSettings): Promise<void> {
  await using scene = await openScene(settings);
  const { cluster, clients } = scene;
  const { subscribers } = settings;
  print(`kill -9 in turn: ${settings.gateways} gateways, subscribers`, String(subscribers));
  await pause(5_000);
  print('connections that ended until here', JSON.stringify((await clients.tally()).closes));

  for (const place of cluster.gateways.keys()) {
    cluster.vendor.mark();
    const before = Object.values((await clients.tally()).closes).reduce((sum, count) => sum + count, 0);
    await cluster.end(place, 'SIGKILL');
    const endedAt = performance.now();
    // Where there is no other, all wait for it.
    if (settings.gateways === 1) await cluster.start(place);
    await pause(500);
    const ended = Object.values((await clients.tally()).closes).reduce((sum, count) => sum + count, 0);
    await untilTally(clients, 'all are back', 120_000, ({ live }) => live === subscribers);
    const backMs = performance.now() - endedAt;
    await pause(Math.max(0, 10_000 - backMs));
    const { earlyPolls, mostEarlyPolls, mostInOneSecond, longestGapMs } = cluster.vendor.counts();
    print(`gateway ${place + 1} killed: cut off, all back after`, `${ended - before}, ${toSeconds(backMs)}`);
    print(
      '  extra polls, most of one export, longest gap, most calls in a second',
      `${earlyPolls}, ${mostEarlyPolls}, ${toSeconds(longestGapMs)}, ${mostInOneSecond}`,
    );
    if (settings.gateways > 1) await cluster.start(place);
    await pause(3_000);
  }

  cluster.vendor.finish();
  await untilTally(
    clients,
    'all are told the ends',
    120_000,
    ({ completed }) => completed === subscribers,
  ).catch(() => 0);
  const tally = await clients.tally();
  if (tally.completed < subscribers) await tellState(cluster);
  print('told the end of all their exports', `${tally.completed} of ${subscribers}`);
  print('events', String(tally.events));
  print('changes lost', String(await clients.countLost()));
  print(
    'changes told twice, events that went back, first states again',
    `${tally.repeated}, ${tally.backward}, ${tally.firstStatesAgain}`,
  );
  print('marked gaps', String(tally.gaps));
  print('connections ended by, errors', `${JSON.stringify(tally.closes)}, ${JSON.stringify(tally.errors)}`);
  print('told of an interruption', JSON.stringify(tally.interrupted));
}

/** What gateways say of themselves where something is wrong. */
async function tellState(cluster: Cluster): Promise<void> {
  for (const gateway of cluster.gateways) {
    if (gateway === null) continue;
    const metrics = await (await fetch(`http://127.0.0.1:${gateway.port}/metrics`)).text();
    const lines = metrics.split('\n').filter((line) => /^waybill_(backplane|watches|subscri)/.test(line));
    print('  a gateway says', lines.join(', '));
    print('  and logged last', gateway.lines.slice(-3).join('\n'));
  }
}

function toSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
