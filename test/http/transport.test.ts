import { describe, expect, it } from 'vitest';
import { Exchange } from '../../src/http/transport.ts';

/** What undici gives an exchange to end its request by. */
function createController() {
  const aborted: Error[] = [];
  const controller = {
    aborted,
    paused: false,
    reason: null,
    pause: () => undefined,
    resume: () => undefined,
    abort: (reason: Error) => void aborted.push(reason),
  };
  return controller as unknown as Parameters<Exchange['onRequestStart']>[0] & { aborted: Error[] };
}

describe('an exchange', () => {
  it('is never written a second time, whatever undici means to do', () => {
    const told: string[] = [];
    const exchange = new Exchange({
      onSent: () => void told.push('sent'),
      onHead: () => undefined,
      onBody: () => void told.push('body'),
      onFault: () => void told.push('fault'),
    });
    const [first, second] = [createController(), createController()];

    exchange.onRequestStart(first);
    exchange.onRequestStart(second);

    expect(told).toEqual(['sent', 'fault']);
    expect([first.aborted.length, second.aborted.length]).toEqual([0, 1]);
  });

  it('that was given up before it went is not written', () => {
    const told: string[] = [];
    const exchange = new Exchange({
      onSent: () => void told.push('sent'),
      onHead: () => undefined,
      onBody: () => undefined,
      onFault: () => undefined,
    });
    const controller = createController();

    exchange.cancel();
    exchange.onRequestStart(controller);

    expect([told, controller.aborted.length]).toEqual([[], 1]);
  });
});
