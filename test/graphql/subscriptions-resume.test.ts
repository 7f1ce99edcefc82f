import { describe, expect, it } from 'vitest';
import { hi, type LiveGateway, startLiveGateway } from './subscriptions/live-gateway.ts';
import { expectQuiet } from './subscriptions/quiet.ts';
import { type LiveStream, TRANSPORTS, toStory } from './subscriptions/transports.ts';

expectQuiet();

/** What an export goes through; a stream is broken off after the second state. */
const STATES = [
  { status: 'pending' },
  { status: 'processing', parts: 10 },
  { status: 'processing', parts: 20 },
  { status: 'processing', parts: 30 },
  { status: 'completed', parts: 100 },
] as const;

describe.each(TRANSPORTS)('resuming over %s', (_name, open) => {
  it('loses nothing and repeats nothing after a killed connection', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, STATES[0]);
    gateway.say(2, { status: 'processing' });
    const locators = [hi(1), hi(2)];
    await using witness = await open(gateway.url, { variables: { locators } });
    await using broken = await open(gateway.url, { variables: { locators } });
    await Promise.all([witness, broken].map((stream) => stream.until(({ length }) => length === 2)));
    await play(gateway, witness, STATES[1]);
    await broken.until(({ length }) => length === 3);

    broken.kill();
    await broken.ended;
    await play(gateway, witness, STATES[2]);
    await play(gateway, witness, STATES[3]);
    const after = broken.events.at(-1)?.cursor;
    await using resumed = await open(gateway.url, { variables: { locators, after } });
    await resumed.until(({ length }) => length === 2);
    await play(gateway, witness, STATES[4]);
    gateway.say(2, { status: 'failed' });

    expect(await resumed.ended).toEqual({ type: 'complete', errors: [] });
    await witness.ended;
    expect(toStory(resumed.events)).toEqual([
      'Progressed 1 RUNNING 20',
      'Progressed 1 RUNNING 30',
      'StatusChanged 1 SUCCEEDED 100',
      'StatusChanged 2 FAILED',
    ]);
    expect([...broken.events, ...resumed.events].slice(2)).toEqual(witness.events.slice(2));
  });

  it('tells what happened while nobody watched', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, STATES[0]);
    await using broken = await open(gateway.url, { variables: { locators: [hi(1)] } });
    await broken.until(({ length }) => length === 1);
    broken.kill();
    await broken.ended;

    gateway.say(1, { status: 'completed', parts: 100 });
    const after = broken.events[0]?.cursor;
    await using resumed = await open(gateway.url, { variables: { locators: [hi(1)], after } });

    expect(await resumed.ended).toEqual({ type: 'complete', errors: [] });
    expect(toStory(resumed.events)).toEqual(['StatusChanged 1 SUCCEEDED 100']);
    expect(resumed.events[0]).toMatchObject({ from: 'QUEUED', to: 'SUCCEEDED' });
  });

  it('completes at once after the cursor of the end', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'completed' });
    await using ended = await open(gateway.url, { variables: { locators: [hi(1)] } });
    await ended.ended;

    const after = ended.events.at(-1)?.cursor;
    await using resumed = await open(gateway.url, { variables: { locators: [hi(1)], after } });

    expect(await resumed.ended).toEqual({ type: 'complete', errors: [] });
    expect(resumed.events).toEqual([]);
  });

  it('says so where another stream’s cursor cannot tell what was missed', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'completed' });
    gateway.say(2, { status: 'completed' });
    await using other = await open(gateway.url, { variables: { locators: [hi(1)] } });
    await other.ended;

    const after = other.events[0]?.cursor;
    await using stream = await open(gateway.url, { variables: { locators: [hi(2)], after } });

    expect(await stream.ended).toEqual({ type: 'complete', errors: [] });
    expect(toStory(stream.events)).toEqual(['Snapshot 2 SUCCEEDED']);
    expect(stream.events[0]).toMatchObject({ isReplayGap: true });
  });

  it('says so where the log no longer reaches back, and goes on from the state now', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing', parts: 0 });
    await using witness = await open(gateway.url, { variables: { locators: [hi(1)] } });
    await using broken = await open(gateway.url, { variables: { locators: [hi(1)] } });
    await Promise.all([witness, broken].map((stream) => stream.until(({ length }) => length === 1)));
    broken.kill();
    // The log keeps the last 64 entries of an export.
    for (let parts = 1; parts <= 66; parts += 1)
      await play(gateway, witness, { status: 'processing', parts });

    const after = broken.events[0]?.cursor;
    await using resumed = await open(gateway.url, { variables: { locators: [hi(1)], after } });
    await resumed.until(({ length }) => length === 1);
    gateway.say(1, { status: 'completed', parts: 100 });

    expect(await resumed.ended).toEqual({ type: 'complete', errors: [] });
    expect(toStory(resumed.events)).toEqual(['Snapshot 1 RUNNING 66', 'StatusChanged 1 SUCCEEDED 100']);
    expect(resumed.events[0]).toMatchObject({ isReplayGap: true });
  });

  it.each([
    ['a gateway that was started anew', {}],
    ['another gateway with the same secret', { files: { linkSecret: 'b'.repeat(32) } }],
  ])('says so at %s', async (_what, config) => {
    const after = await firstCursor(config);

    await using gateway = await startLiveGateway({ config });
    gateway.say(1, { status: 'completed' });
    await using resumed = await open(gateway.url, { variables: { locators: [hi(1)], after } });

    expect(await resumed.ended).toEqual({ type: 'complete', errors: [] });
    expect(toStory(resumed.events)).toEqual(['Snapshot 1 SUCCEEDED']);
    expect(resumed.events[0]).toMatchObject({ isReplayGap: true });
  });

  it('refuses a cursor that another secret has signed', async () => {
    const after = await firstCursor({ files: { linkSecret: 'b'.repeat(32) } });

    await using gateway = await startLiveGateway({ config: { files: { linkSecret: 'c'.repeat(32) } } });
    await using resumed = await open(gateway.url, { variables: { locators: [hi(1)], after } });

    expect((await resumed.ended).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', field: 'after' } },
    ]);
  });

  async function firstCursor(config: Record<string, object>): Promise<string | undefined> {
    await using gateway = await startLiveGateway({ config });
    gateway.say(1, { status: 'processing' });
    await using stream = await open(gateway.url, { variables: { locators: [hi(1)] } });
    const [first] = await stream.until(({ length }) => length === 1);
    return first?.cursor;
  }
});

/** Puts the vendor into the next state and waits until a witness was told. */
async function play(
  gateway: LiveGateway,
  witness: LiveStream,
  state: { readonly status: string; readonly parts?: number },
): Promise<void> {
  const count = witness.events.length;
  gateway.say(1, state);
  await witness.until(({ length }) => length > count);
}
