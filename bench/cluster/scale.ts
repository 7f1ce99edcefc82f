import { type BenchSettings, LAYOUT, openScene, pause, print, type Scene } from './setup.ts';

/** How many events a second gateways push, and what one costs them, with one gateway, two, and so on. */
export async function measureScale(settings: BenchSettings): Promise<void> {
  const subscribers = Math.min(settings.subscribers, 3_000);
  for (let gateways = 1; gateways <= settings.gateways; gateways += 1) {
    // At each poll there is something new.
    const scene = await openScene({ ...settings, gateways, subscribers, changeMs: LAYOUT.intervalMs });
    await using _ = scene;
    await pause(3_000);
    const before = await read(scene);
    await pause(settings.seconds * 1_000);
    const after = await read(scene);
    const events = after.events - before.events;
    const cpuMs = after.cpuMs.reduce((sum, ms, place) => sum + ms - (before.cpuMs[place] ?? 0), 0);
    const perSecond = (events / settings.seconds).toFixed(0);
    print(
      `pushes, ${gateways} gateways and ${subscribers} subscribers`,
      `${perSecond} a second, ${(events / settings.seconds / gateways).toFixed(0)} per gateway; ${((cpuMs * 1_000) / events).toFixed(0)} µs of gateways' processors each; ${(cpuMs / 10 / settings.seconds / gateways).toFixed(0)} % of a core per gateway`,
    );
    const redisMs = after.redisMs - before.redisMs;
    print('  Redis', `${(redisMs / 10 / settings.seconds).toFixed(1)} % of a core`);
  }
}

async function read({ cluster, clients, redis }: Scene) {
  const info = redis === null ? '' : String(await redis.command('INFO', 'cpu'));
  const cpu = (name: string) => Number(new RegExp(`^used_cpu_${name}:([0-9.]+)`, 'm').exec(info)?.[1] ?? 0);
  return {
    events: (await clients.tally()).events,
    cpuMs: cluster.gateways.map((gateway) => gateway?.cpuMs() ?? 0),
    redisMs: (cpu('user') + cpu('sys')) * 1_000,
  };
}
