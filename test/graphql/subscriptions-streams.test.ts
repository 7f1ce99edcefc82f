import { describe, expect, it } from 'vitest';
import { hi, startLiveGateway } from './subscriptions/live-gateway.ts';
import { expectQuiet } from './subscriptions/quiet.ts';
import { TRANSPORTS, toStory } from './subscriptions/transports.ts';

expectQuiet();

describe.each(TRANSPORTS)('a subscription over %s', (_name, open) => {
  it('tells the state now, then progress and every transition, then completes by itself', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'pending' });
    await using stream = await open(gateway.url, { variables: { locators: [hi(1)] } });

    await stream.until((events) => events.length === 1);
    gateway.say(1, { status: 'processing', parts: 10 });
    await stream.until((events) => events.length === 2);
    gateway.say(1, { status: 'processing', parts: 60 });
    await stream.until((events) => events.length === 3);
    gateway.say(1, { status: 'completed', parts: 100 });

    expect(await stream.ended).toEqual({ type: 'complete', errors: [] });
    expect(toStory(stream.events)).toEqual([
      'Snapshot 1 QUEUED',
      'StatusChanged 1 RUNNING 10',
      'Progressed 1 RUNNING 60',
      'StatusChanged 1 SUCCEEDED 100',
    ]);
    expect(stream.events[3]).toMatchObject({ from: 'RUNNING', to: 'SUCCEEDED' });
  });
});
