import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';

/** What a gateway lets its metrics ask for, told apart from all others by itself alone. */
function observe(): WeakRef<() => number> {
  const read = () => 7;
  createMetrics(createSecrets()).observeTracking(read);
  return new WeakRef(read);
}

describe('metrics of the process', () => {
  it('are shown by each gateway in it, once', async () => {
    const gateways = [createMetrics(createSecrets()), createMetrics(createSecrets())];

    for (const gateway of gateways) {
      const { text } = await gateway.read();
      expect(text.match(/^nodejs_eventloop_lag_seconds /gm)).toHaveLength(1);
      expect(text.match(/^process_cpu_user_seconds_total /gm)).toHaveLength(1);
    }
  });

  it('hold no gateway that has ended', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const ended = observe();

    await expect
      .poll(() => {
        collect();
        return ended.deref() === undefined;
      })
      .toBe(true);
  });
});
