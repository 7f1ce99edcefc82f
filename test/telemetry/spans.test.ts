import { type Span, trace } from '@opentelemetry/api';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { currentOrigin, inSpan, isTracing, openSpan } from '../../src/telemetry/spans.ts';

/** As much of an SDK as the API asks for. */
function registerSdk(): { readonly names: string[] } {
  const names: string[] = [];
  const start = (name: string): Span => {
    names.push(name);
    return trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 });
  };
  trace.setGlobalTracerProvider({
    getTracer: () => ({
      startSpan: start,
      startActiveSpan: (name: string, ...rest: unknown[]) => {
        const work = rest.at(-1) as (span: Span) => never;
        return work(start(name));
      },
    }),
  });
  return { names };
}

describe('spans', () => {
  afterAll(() => trace.disable());

  it('are not made while no SDK is registered, and the work is done all the same', async () => {
    const plan = vi.fn(() => ({ name: 'x' }));

    expect(isTracing()).toBe(false);
    expect(await inSpan({ name: 'x' }, async (span) => [span.isRecording(), 'done'])).toEqual([
      false,
      'done',
    ]);
    expect(openSpan(plan)).toBeUndefined();
    expect(plan).not.toHaveBeenCalled();
    expect(currentOrigin()).toBeNull();
  });

  it('are made for an SDK that is registered later, and no longer after it has gone', async () => {
    await inSpan({ name: 'before' }, async () => undefined);
    const { names } = registerSdk();

    expect(isTracing()).toBe(true);
    await inSpan({ name: 'first' }, async () => undefined);
    expect(openSpan(() => ({ name: 'second' }))?.run(() => 'inside')).toBe('inside');
    trace.disable();
    await inSpan({ name: 'after' }, async () => undefined);

    expect(names).toEqual(['first', 'second']);
  });
});
