import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileWatch, LOOK_MS } from '../../src/cli/file-watch.ts';
import type { Clock } from '../../src/runtime/clock.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-watch-'));
  file = join(folder, 'waybill.yaml');
  writeFileSync(file, 'one');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As many looks as a change needs, and one more; true where exactly one of them saw it. */
async function look(watch: FileWatch): Promise<boolean> {
  const seen = [await watch.look(), await watch.look(), await watch.look()];
  expect(seen.filter(Boolean).length).toBeLessThanOrEqual(1);
  return seen.includes(true);
}

describe('a watched file', () => {
  it('has changed once where something else was written into it', async () => {
    const watch = await FileWatch.of(file);
    expect(await look(watch)).toBe(false);

    writeFileSync(file, 'two');

    expect(await look(watch)).toBe(true);
    expect(await look(watch)).toBe(false);
  });

  it('has changed where an editor put another one in its place', async () => {
    const watch = await FileWatch.of(file);

    writeFileSync(join(folder, 'new'), 'two');
    renameSync(join(folder, 'new'), file);

    expect(await look(watch)).toBe(true);
  });

  it('has changed where the folder behind its link was swapped, as Kubernetes does', async () => {
    for (const [name, text] of [
      ['..first', 'one'],
      ['..second', 'two'],
    ] as const) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'waybill.yaml'), text);
    }
    rmSync(file);
    symlinkSync('..first', join(folder, '..data'));
    symlinkSync(join('..data', 'waybill.yaml'), file);
    const watch = await FileWatch.of(file);
    expect(await look(watch)).toBe(false);

    symlinkSync('..second', join(folder, '..data.new'));
    renameSync(join(folder, '..data.new'), join(folder, '..data'));
    rmSync(join(folder, '..first'), { recursive: true });

    expect(await look(watch)).toBe(true);
  });

  it('has not changed where it was only touched, or written anew with the same content', async () => {
    const watch = await FileWatch.of(file);

    utimesSync(file, new Date(0), new Date(0));
    expect(await look(watch)).toBe(false);
    writeFileSync(join(folder, 'new'), 'one');
    renameSync(join(folder, 'new'), file);

    expect(await look(watch)).toBe(false);
  });

  it('is left alone while it is being written', async () => {
    const watch = await FileWatch.of(file);
    for (const text of ['t', 'tw', 'two', 'two and']) {
      writeFileSync(file, text);
      expect(await watch.look()).toBe(false);
    }

    writeFileSync(file, 'two and a half');

    expect(await look(watch)).toBe(true);
  });

  it('has changed where it is gone, once, and where it comes back with something else', async () => {
    const watch = await FileWatch.of(file);

    rmSync(file);
    expect(await look(watch)).toBe(true);
    writeFileSync(file, 'two');

    expect(await look(watch)).toBe(true);
  });

  it('has not changed where it is gone for a moment', async () => {
    const watch = await FileWatch.of(file);

    rmSync(file);
    expect(await watch.look()).toBe(false);
    writeFileSync(file, 'one');

    expect(await look(watch)).toBe(false);
  });

  it('is no file where there is a folder in its place, which is not read', async () => {
    const watch = await FileWatch.of(file);

    rmSync(file);
    mkdirSync(file);

    expect(await look(watch)).toBe(true);
  });

  it('has not changed since somebody else was about to read it, unless it has since', async () => {
    const watch = await FileWatch.of(file);

    writeFileSync(file, 'two');
    await watch.acknowledge();
    expect(await look(watch)).toBe(false);
    writeFileSync(file, 'three');

    expect(await look(watch)).toBe(true);
  });

  it('may not be there yet', async () => {
    rmSync(file);
    const watch = await FileWatch.of(file);
    expect(await look(watch)).toBe(false);

    writeFileSync(file, 'one');

    expect(await look(watch)).toBe(true);
  });

  it('is looked at once a second until the watch is closed', async () => {
    const delays: number[] = [];
    let due: (() => void) | null = null;
    let isCancelled = false;
    const clock: Clock = {
      now: () => 0,
      setTimer(delayMs, callback) {
        delays.push(delayMs);
        due = callback;
        return () => {
          isCancelled = true;
        };
      },
    };
    const watch = await FileWatch.of(file);

    await new Promise<void>((resolve) => {
      const step = (): void => {
        if (due === null) return;
        if (delays.length === 2) writeFileSync(file, 'another');
        const look = due;
        due = null;
        look();
      };
      const stepping = setInterval(step, 1);
      watch.start(clock, () => {
        clearInterval(stepping);
        resolve();
      });
    });
    watch.close();

    expect(new Set(delays)).toEqual(new Set([LOOK_MS]));
    expect(isCancelled).toBe(true);
  });
});
