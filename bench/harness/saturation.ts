import type { Bench } from './bench.ts';
import { median } from './stats.ts';
import { hasWrk, runWrk } from './wrk.ts';

/** What vendor and load can do together on their core: no server can be seen to do more. Requests a second. */
export async function measureSaturation(bench: Bench): Promise<number> {
  if (!hasWrk) return Number.NaN;
  const found: number[] = [];
  for (let round = 0; round < (bench.isQuick ? 1 : 3); round += 1) {
    const url = `${bench.vendor.url}/hi-energy/api/v1/exports/4711`;
    const request = { url, authorization: '', bodies: [''], connections: 64, seconds: 1, isGet: true };
    const { requests, seconds } = await runWrk(request);
    found.push(requests / seconds);
  }
  return median(found);
}
