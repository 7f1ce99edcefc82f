import type { VendorCounts } from '../../test/cluster/processes/vendor.ts';
import { type BenchSettings, LAYOUT, openScene, pause, print } from './setup.ts';

/** What the vendors of one gateway are asked, and those of several with the same subscribers. */
export async function measureCalls(settings: BenchSettings): Promise<void> {
  const subscribers = Math.min(settings.subscribers, 2_000);
  const one = await measure({ ...settings, subscribers, gateways: 1 });
  print('vendor calls per interval, 1 gateway', toText(one));
  if (settings.gateways === 1) return;
  const many = await measure({ ...settings, subscribers });
  print(`vendor calls per interval, ${settings.gateways} gateways`, toText(many));
  const ratio = (name: 'listCalls' | 'plainCalls') =>
    (many[name] / many.sinceMs / (one[name] / one.sinceMs)).toFixed(3);
  print('ratio of list calls, of single calls', `${ratio('listCalls')}, ${ratio('plainCalls')}`);
}

async function measure(settings: BenchSettings): Promise<VendorCounts> {
  await using scene = await openScene(settings);
  // Polls of one account come to fall on the same instants in the first intervals.
  await pause(10_000);
  scene.cluster.vendor.mark();
  await pause(settings.seconds * 1_000);
  return scene.cluster.vendor.counts();
}

function toText(counts: VendorCounts): string {
  const perInterval = (count: number) => ((count / counts.sinceMs) * LAYOUT.intervalMs).toFixed(1);
  return `${perInterval(counts.listCalls)} for lists, ${perInterval(counts.plainCalls)} for single exports; most of an account in a second ${counts.mostInOneSecond}`;
}
