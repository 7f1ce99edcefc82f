import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HintGate } from '../../src/web/hint-gate.ts';
import { createManualClock } from '../support/manual-clock.ts';

function createGate() {
  const clock = createManualClock(1_000_000);
  return { clock, gate: new HintGate(clock) };
}

describe('the gate for hints', () => {
  it('lets one hint a second about one export through', async () => {
    const { gate, clock } = createGate();

    const first = [gate.admits('order', 'run'), gate.admits('order', 'run')];
    await clock.advance(999);
    const soon = gate.admits('order', 'run');
    await clock.advance(1);
    const later = [gate.admits('order', 'run'), gate.admits('order', 'run')];

    expect([...first, soon, ...later]).toEqual([true, false, false, true, false]);
  });

  it('holds no export up for another, nor an order for another', () => {
    const { gate } = createGate();

    expect(gate.admits('order', '1')).toBe(true);
    expect(gate.admits('order', '2')).toBe(true);
    expect(gate.admits('other', '1')).toBe(true);
  });

  it('lets five made-up exports of one order through in a second, and holds no other order up for them', async () => {
    const { gate, clock } = createGate();

    const passed = Array.from({ length: 1_000 }, (_, run) => gate.admits('order', String(run))).filter(
      Boolean,
    );
    const other = gate.admits('other', '1');
    await clock.advance(1_000);

    expect(passed).toHaveLength(5);
    expect(other).toBe(true);
    expect(gate.admits('order', '999')).toBe(true);
  });

  it('lets a thousand through in a second whatever comes, and goes on after that', async () => {
    const { gate, clock } = createGate();

    const passed = Array.from({ length: 3_000 }, (_, order) => gate.admits(String(order), '1')).filter(
      Boolean,
    );
    await clock.advance(1_000);

    expect(passed).toHaveLength(1_000);
    expect(gate.admits('0', '1')).toBe(true);
  });

  it('opens again although the clock was set back', () => {
    let now = 1_000_000;
    const gate = new HintGate({ now: () => now, setTimer: () => () => undefined });

    gate.admits('order', 'run');
    now = 0;

    expect(gate.admits('order', 'run')).toBe(true);
  });

  it('never lets two hints about one export through within a second, in whatever order they come', () => {
    const call = fc.record({ order: fc.nat(2), run: fc.nat(3), waitMs: fc.nat(700) });

    fc.assert(
      fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
        let now = 0;
        const gate = new HintGate({ now: () => now, setTimer: () => () => undefined });
        const last = new Map<string, number>();
        for (const { order, run, waitMs } of calls) {
          now += waitMs;
          const name = `${order}/${run}`;
          const before = last.get(name);
          const isDue = before === undefined || now - before >= 1_000;
          const isAdmitted = gate.admits(String(order), String(run));
          expect(isAdmitted).toBe(isDue);
          if (isAdmitted) last.set(name, now);
        }
      }),
    );
  });
});
