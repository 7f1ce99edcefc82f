import { describe, expect, it } from 'vitest';
import { startWatch } from '../../../src/export/transitions.ts';
import { type BackplaneUnderTest, connect, join, own, PROGRESS, toWanted, write } from './processes.ts';

/** Who owns an account, and what it is told for that. */
export function describeOwnership(under: () => BackplaneUnderTest): void {
  async function setUp() {
    const { pass, settle, kill } = under();
    return { pass, settle, kill, one: await connect(under()), other: await connect(under()) };
  }

  describe('an account', () => {
    it('is owned by the first node that joins it, and by no other', async () => {
      const { one, other } = await setUp();

      expect((await join(one, ['acme/a'])).fence).toBeTypeOf('number');
      expect((await join(other, ['acme/a', 'acme/b'])).fence).toBeNull();
    });

    it('is owned under the same fence whatever else its owner joins', async () => {
      const { one } = await setUp();

      const { fence } = await join(one, ['acme/a']);

      expect((await join(one, ['acme/a', 'acme/b'])).fence).toBe(fence);
    });

    it('is owned apart from others', async () => {
      const { one, other } = await setUp();
      await join(one, ['acme/a'], 'acme/desk');

      expect((await join(other, ['acme/b'], 'acme/hi')).fence).toBeTypeOf('number');
      expect((await join(one, ['acme/b'], 'acme/hi')).fence).toBeNull();
    });

    it('stays with its owner for as long as that lives, whether it writes or not', async () => {
      const { one, other, pass } = await setUp();
      const owner = await own(one, 'acme/a');

      await pass(600_000);

      expect((await join(other, ['acme/a'])).fence).toBeNull();
      expect(await owner.commit([PROGRESS])).toBeTypeOf('number');
    });

    it('goes on to another node that wants it when its owner leaves it, with all that is wanted', async () => {
      const { one, other, settle } = await setUp();
      const late = await own(one, 'acme/a');
      await join(other, ['acme/a', 'acme/b']);
      const state = { ...startWatch(7), nextPollAt: 1_234 };
      await late.commit([PROGRESS], state);

      one.node.leave('acme/desk', ['acme/a']);
      await settle();

      const [taken] = other.wanted;
      expect(other.wanted).toHaveLength(1);
      expect(taken?.fence).toBeGreaterThan(late.fence);
      expect([...(taken?.exports ?? [])].sort((x, y) => (x.topic < y.topic ? -1 : 1))).toMatchObject([
        { ...toWanted('acme/a'), stored: { state, version: 1 }, isAsked: true, isWantedElsewhere: false },
        {
          ...toWanted('acme/b'),
          stored: { state: null, version: 0 },
          isAsked: true,
          isWantedElsewhere: false,
        },
      ]);
      expect(await late.commit([PROGRESS])).toBe('fenced');
      const next = write(other, 'acme/a', taken?.fence ?? 0, 1);
      expect(await next.commit([PROGRESS])).toBe(2);
    });

    it('goes on when its owner closes', async () => {
      const { one, other, settle } = await setUp();
      const late = await own(one, 'acme/a');
      await join(other, ['acme/a']);

      await one.node.close();
      await settle();

      expect(other.wanted).toMatchObject([{ account: 'acme/desk', exports: [{ topic: 'acme/a' }] }]);
      expect(await late.commit([PROGRESS])).toBe('fenced');
    });

    it('goes on when its owner dies, and what that writes late is refused', async () => {
      const { one, other, settle, kill } = await setUp();
      const late = await own(one, 'acme/a');
      await join(one, ['acme/dead']);
      await join(other, ['acme/b']);

      await kill(one.backplane);
      await settle();

      const [taken] = other.wanted;
      expect(taken?.fence).toBeGreaterThan(late.fence);
      // What only the dead wanted is nobody's.
      expect(taken?.exports.map(({ topic }) => topic)).toEqual(['acme/b']);
      expect(await late.commit([PROGRESS])).toBe('fenced');
      expect(await write(other, 'acme/b', taken?.fence ?? 0, 0).commit([PROGRESS])).toBe(1);
    });

    it('goes on with all that was wanted when its owner dies while its heir joins more', async () => {
      const { one, other, settle, kill } = await setUp();
      await own(one, 'acme/a');
      await join(other, ['acme/b']);

      let isDead = false;
      const dying = kill(one.backplane).then(() => {
        isDead = true;
      });
      for (let more = 0; !isDead; more += 1) {
        await join(other, [`acme/more-${more}`]);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await dying;
      await settle();

      const told = other.wanted.flatMap(({ exports }) => exports.map(({ topic }) => topic));
      expect(told).toContain('acme/b');
    });

    it('that nobody wanted in between is owned under a larger fence', async () => {
      const { one, other } = await setUp();
      const late = await own(one, 'acme/a');
      one.node.leave('acme/desk', ['acme/a']);
      await one.backplane.load(['acme/none'], null);

      const next = await own(other, 'acme/a');

      expect(next.fence).toBeGreaterThan(late.fence);
      expect(await late.commit([PROGRESS])).toBe('fenced');
    });

    it('is not taken from its owner by one that leaves what it does not own', async () => {
      const { one, other, settle } = await setUp();
      const owner = await own(one, 'acme/a');
      await join(other, ['acme/a']);

      other.node.leave('acme/desk', ['acme/a', 'acme/never joined']);
      other.node.leave('acme/desk', ['acme/a']);
      await settle();

      expect(await owner.commit([])).toBeTypeOf('number');
      expect((await join(other, ['acme/a'])).fence).toBeNull();
    });

    it('is left and joined in the order in which that is asked for', async () => {
      const { one, other, settle } = await setUp();
      const owner = await own(one, 'acme/a');

      const joining = join(other, ['acme/a']);
      other.node.leave('acme/desk', ['acme/a']);
      const again = join(other, ['acme/a']);
      await Promise.all([joining, again]);
      await owner.commit([PROGRESS]);
      await settle();

      expect(other.entries.map(({ topic }) => topic)).toContain('acme/a');
    });
  });

  describe('what is left while it is being joined', () => {
    it('stays left: nothing of it is heard', async () => {
      const { one, other, settle } = await setUp();
      const owner = await own(one, 'acme/a');
      await join(other, ['acme/b']);

      const joining = join(other, ['acme/a']);
      other.node.leave('acme/desk', ['acme/a']);
      await joining;
      await owner.commit([PROGRESS]);
      await settle();

      expect(other.entries).toEqual([]);
    });
  });

  describe('the owner', () => {
    it('is told by others what is worth asking about now', async () => {
      const { one, other, settle } = await setUp();
      await join(one, ['acme/a']);
      await join(other, ['acme/a', 'acme/b']);

      other.node.nudge('acme/desk', ['acme/b']);
      other.node.nudge('acme/unowned', ['acme/a']);
      await settle();

      expect(one.nudged).toEqual([{ account: 'acme/desk', topics: ['acme/b'] }]);
      expect(other.nudged).toEqual([]);
    });

    it('is told what other nodes want, once they do, and how to ask about it', async () => {
      const { one, other, settle } = await setUp();
      const { fence } = await join(one, ['acme/a']);

      const { exports } = await join(other, ['acme/a', 'acme/b']);
      await settle();

      expect(exports.map(({ isAsked }) => isAsked)).toEqual([true, false]);
      expect(one.wanted.every((told) => told.fence === fence && told.account === 'acme/desk')).toBe(true);
      expect(one.wanted.flatMap((told) => told.exports)).toMatchObject([
        { ...toWanted('acme/a'), isAsked: true, isWantedElsewhere: true },
        { ...toWanted('acme/b'), isAsked: false, isWantedElsewhere: true, stored: { state: null } },
      ]);
      expect(other.wanted).toEqual([]);
    });

    it('is told when no other node wants it any more', async () => {
      const { one, other, settle } = await setUp();
      await join(one, ['acme/a']);
      await join(other, ['acme/a', 'acme/b', 'acme/c']);

      other.node.leave('acme/desk', ['acme/a', 'acme/b']);
      await settle();

      expect(one.unwanted.flatMap(({ topics }) => topics)).toEqual(['acme/a', 'acme/b']);
    });

    it('is told that a node died, by what nobody wants any more', async () => {
      const { one, other, settle, kill } = await setUp();
      await join(one, ['acme/a']);
      await join(other, ['acme/b']);

      await kill(other.backplane);
      await settle();

      expect(one.unwanted).toEqual([{ account: 'acme/desk', topics: ['acme/b'] }]);
    });

    it('writes what it does not want itself, and hears nothing of it', async () => {
      const { one, other, settle } = await setUp();
      const { fence } = await own(one, 'acme/a');
      await join(other, ['acme/b']);

      await write(one, 'acme/b', fence, 0).commit([PROGRESS]);
      await settle();

      expect(other.entries.map(({ topic }) => topic)).toEqual(['acme/b']);
      expect(one.entries).toEqual([]);
    });
  });
}
