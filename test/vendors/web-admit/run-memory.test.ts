import { describe, expect, it } from 'vitest';
import { RunMemory } from '../../../src/vendors/web-admit/loader.ts';

const run = (exportFileId: string, userIdentityId?: string) => ({
  exportId: '5',
  exportFileId,
  ...(userIdentityId && { userIdentityId }),
});

describe('what is remembered of a run', () => {
  it('is nothing before anybody has spoken of it', () => {
    const memory = new RunMemory();

    memory.named(run('1'));

    expect(memory.identityOf(run('1'))).toBeUndefined();
    expect(memory.wasSeen('1', memory.moment)).toBe(false);
  });

  it("is a caller's word until the vendor's own comes, and the vendor's from then on", () => {
    const memory = new RunMemory();

    memory.named(run('1', '70'));
    const before = memory.identityOf(run('1'));
    memory.saw('1', '80');
    memory.named(run('1', '70'));

    expect(before).toBe('70');
    expect(memory.identityOf(run('1'))).toBe('80');
    expect(memory.identityOf(run('1', '70'))).toBe('80');
  });

  it("is no other caller's word where a caller brings an own one", () => {
    const memory = new RunMemory();

    memory.named(run('1', '70'));

    expect(memory.identityOf(run('1', '71'))).toBe('71');
  });

  it('is not that the vendor knows it, where only callers have named it', () => {
    const memory = new RunMemory();

    memory.named(run('1', '70'));

    expect(memory.wasSeen('1', memory.moment)).toBe(false);
  });

  it('is since when the vendor has spoken of it', () => {
    const memory = new RunMemory();

    memory.saw('1');
    const between = memory.moment;
    memory.saw('2', '70');
    memory.saw('1', '70');

    expect(memory.wasSeen('1', between)).toBe(true);
    expect(memory.wasSeen('2', between)).toBe(false);
    expect(memory.wasSeen('2', memory.moment)).toBe(true);
  });

  it('keeps an identity when the vendor is heard of it without one', () => {
    const memory = new RunMemory();

    memory.named(run('1', '70'));
    memory.saw('1');
    memory.saw('2', '70');
    memory.saw('2');

    expect(memory.identityOf(run('1'))).toBe('70');
    expect(memory.identityOf(run('2'))).toBe('70');
  });

  it('is forgotten of the run unused longest, beyond ten thousand', () => {
    const memory = new RunMemory();

    for (let id = 1; id <= 10_000; id += 1) memory.saw(String(id), '70');
    memory.identityOf(run('1'));
    memory.saw('10001', '70');

    expect(memory.identityOf(run('1'))).toBe('70');
    expect(memory.identityOf(run('2'))).toBeUndefined();
    expect(memory.identityOf(run('3'))).toBe('70');
  });
});
