import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeLog } from './log.ts';
import { describeOwnership } from './ownership.ts';
import type { BackplaneUnderTest } from './processes.ts';

/** What any backplane must do; run it over each implementation, with the bounds that the port states. */
export function describeBackplane(name: string, create: () => Promise<BackplaneUnderTest>): void {
  describe(`${name} backplane`, () => {
    let opened: BackplaneUnderTest | undefined;

    beforeEach(async () => {
      opened = await create();
    });

    afterEach(async () => {
      await opened?.close();
      opened = undefined;
    });

    function under(): BackplaneUnderTest {
      if (opened === undefined) throw new Error('not open');
      return opened;
    }

    it('has one epoch for all processes, fit for a cursor', async () => {
      const [one, other] = [await under().connect(), await under().connect()];

      expect(one.epoch).toBe(other.epoch);
      expect(one.epoch).toMatch(/^[0-9A-Za-z]{1,24}$/);
    });

    describeOwnership(under);
    describeLog(under);
  });
}
