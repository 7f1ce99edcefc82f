import { createMemoryGuard } from '../../src/http/account-guard.ts';
import { createSeededRandom } from '../support/manual-clock.ts';
import { createOffsetClock } from '../support/offset-clock.ts';
import { createStation } from './station.ts';
import { describeLimits } from './suite.ts';

describeLimits('one gateway for itself', async () => {
  const clock = createOffsetClock();
  return {
    count: 1,
    open(_node, _identity, limits) {
      return createStation(
        createMemoryGuard(limits, { clock, random: createSeededRandom(1) }),
        clock,
        limits,
      );
    },
    settle: async () => undefined,
    skip: async (ms) => clock.skip(ms),
    close: async () => undefined,
  };
});
