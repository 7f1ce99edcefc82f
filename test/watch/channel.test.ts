import { describe, expect, it } from 'vitest';
import type { ExportEvent } from '../../src/export/events.ts';
import { Channel } from '../../src/watch/channel.ts';

function changed(cursor: string, exportId = 'a'): ExportEvent {
  return {
    type: 'ExportStatusChanged',
    cursor,
    at: 0,
    exportId,
    export: null,
    from: 'QUEUED',
    to: 'RUNNING',
  };
}

function progressed(cursor: string, exportId = 'a'): ExportEvent {
  const progress = { percent: 1, completedParts: null, totalParts: null };
  return { type: 'ExportProgressed', cursor, at: 0, exportId, export: null, progress };
}

async function drain(channel: Channel): Promise<string[]> {
  channel.end();
  const cursors: string[] = [];
  for (let step = await channel.next(); !step.done; step = await channel.next())
    cursors.push(step.value.cursor);
  return cursors;
}

describe('channel', () => {
  it('hands events out in order, to readers that came before and after them', async () => {
    const channel = new Channel(4);
    const early = [channel.next(), channel.next()];

    for (const cursor of ['1', '2', '3']) channel.offer(changed(cursor));

    expect((await Promise.all(early)).map(({ value }) => value?.cursor)).toEqual(['1', '2']);
    expect(await drain(channel)).toEqual(['3']);
  });

  it('replaces waiting progress by anything newer of the same export, and keeps the order', async () => {
    const channel = new Channel(4);

    for (const event of [
      progressed('1'),
      progressed('2', 'b'),
      progressed('3'),
      changed('4', 'b'),
      progressed('5'),
    ]) {
      expect(channel.offer(event)).toBe(true);
    }

    expect(await drain(channel)).toEqual(['4', '5']);
  });

  it('never drops a transition, and says when there is no more room', async () => {
    const channel = new Channel(3);

    const taken = ['1', '2', '3', '4'].map((cursor) => channel.offer(changed(cursor)));

    expect(taken).toEqual([true, true, true, false]);
    expect(await drain(channel)).toEqual(['1', '2', '3']);
  });

  it('takes any amount of progress of one export', () => {
    const channel = new Channel(2);

    for (let round = 0; round < 1_000; round += 1) expect(channel.offer(progressed(`${round}`))).toBe(true);
  });

  it('makes room for a long start', () => {
    const channel = new Channel(1);
    channel.allow(2);

    expect(['1', '2', '3', '4'].map((cursor) => channel.offer(changed(cursor)))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it('fails after what waits in it, once, naming the last cursor that was read', async () => {
    const channel = new Channel(4);
    channel.offer(changed('1'));
    channel.offer(changed('2'));

    channel.fail((cursor) => new Error(`last ${cursor}`));

    expect((await channel.next()).value?.cursor).toBe('1');
    expect((await channel.next()).value?.cursor).toBe('2');
    await expect(channel.next()).rejects.toThrow('last 2');
    expect(await channel.next()).toEqual({ done: true, value: undefined });
  });

  it('tells waiting readers of the end', async () => {
    const ended = new Channel(4);
    const failed = new Channel(4);
    const readers = [ended.next(), ended.next()];
    const reader = failed.next();

    ended.end();
    failed.fail(() => new Error('gone'));

    expect(await Promise.all(readers)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    await expect(reader).rejects.toThrow('gone');
  });

  it('ignores what comes after the end', async () => {
    const channel = new Channel(1);
    channel.end();

    expect(channel.offer(changed('1'))).toBe(true);
    expect(await channel.next()).toEqual({ done: true, value: undefined });
  });
});
