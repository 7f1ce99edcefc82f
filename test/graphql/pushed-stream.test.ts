import { makeExecutableSchema } from '@graphql-tools/schema';
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { ExportEvent } from '../../src/export/events.ts';
import { Channel } from '../../src/export/watch/channel.ts';
import type { EventSource } from '../../src/export/watch/event-stream.ts';
import type { GatewayContext } from '../../src/graphql/context.ts';
import { createErrorMask } from '../../src/graphql/errors.ts';
import { createLooks } from '../../src/graphql/look.ts';
import { PushedStream } from '../../src/graphql/pushed-stream.ts';
import { SharedAnswers } from '../../src/graphql/shared-answers.ts';
import { createTestTools } from '../support/tools.ts';

const schema = makeExecutableSchema({
  typeDefs: 'type Query { unused: ID } type Subscription { event: Event! } type Event { cursor: ID! }',
  resolvers: {
    Subscription: { event: { resolve: (event: unknown) => event } },
    // Not at once: an event's answer is waited for.
    Event: { cursor: async ({ cursor }: ExportEvent) => cursor },
  },
});

/** Answers that can be shared, and subscribers that look at events alike. */
function createStage() {
  const answers = new SharedAnswers(createErrorMask(createTestTools()));
  const context = { tenant: 'acme', forOneEvent: () => context } as unknown as GatewayContext;
  const lookOf = createLooks();
  const look = lookOf({
    schema,
    document: parse('subscription { event { cursor } }'),
    contextValue: context,
  });
  return {
    join() {
      const channel = new Channel(3);
      const sent: string[] = [];
      const outlet = {
        isReady: true,
        send: (text: Buffer) => void sent.push(JSON.parse(String(text)).data.event.cursor),
        attach: () => undefined,
      };
      const events = {
        pipe: (sink) => channel.pipe(sink),
        resume: () => channel.resume(),
        async return() {
          channel.clear();
          channel.end();
          return { done: true, value: undefined };
        },
      } as EventSource;
      const stream = new PushedStream({ events, answers, look, forOneEvent: () => context, outlet });
      return { stream, channel, outlet, sent };
    },
  };
}

function toChange(cursor: string): ExportEvent {
  return { type: 'ExportStatusChanged', cursor, exportId: 'one' } as ExportEvent;
}

/** Long enough for promises that wait for nothing else to settle. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('a pushed stream', () => {
  it('sends each event in order, and answers its reader only when it has ended', async () => {
    const { stream, channel, sent } = createStage().join();
    const ended = stream.next();

    for (const cursor of ['a', 'b', 'c']) channel.offer(toChange(cursor));
    channel.end();

    expect(await ended).toEqual({ done: true, value: undefined });
    expect(sent).toEqual(['a', 'b', 'c']);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('sends an event that others have resolved without waiting', async () => {
    const stage = createStage();
    const [one, other] = [stage.join(), stage.join()];
    void one.stream.next();
    void other.stream.next();
    const event = toChange('a');
    one.channel.offer(event);
    await settle();

    other.channel.offer(event);

    expect(other.sent).toEqual(['a']);
  });

  it('waits for its outlet, bounded, and goes on where it was', async () => {
    const { stream, channel, outlet, sent } = createStage().join();
    void stream.next();
    outlet.isReady = false;

    const kept = ['a', 'b', 'c', 'd'].map((cursor) => channel.offer(toChange(cursor)));
    await settle();
    expect(kept).toEqual([true, true, true, false]);
    expect(sent).toEqual([]);

    outlet.isReady = true;
    stream.resume();
    await settle();
    expect(sent).toEqual(['a', 'b', 'c']);
  });

  it('rejects with the error that ends it, after what came before', async () => {
    const { stream, channel, sent } = createStage().join();
    const ended = stream.next();

    channel.offer(toChange('a'));
    channel.fail((cursor) => new Error(`failed after ${cursor}`));

    await expect(ended).rejects.toThrow('failed after a');
    expect(sent).toEqual(['a']);
  });

  it('sends nothing more once it was left, not even what was being resolved', async () => {
    const { stream, channel, sent } = createStage().join();
    const ended = stream.next();

    channel.offer(toChange('a'));
    await stream.return();
    channel.offer(toChange('b'));
    await settle();

    expect(await ended).toEqual({ done: true, value: undefined });
    expect(sent).toEqual([]);
  });
});

describe('the look of a subscription', () => {
  const document = parse(
    'subscription ($as: ID = "x") { event { cursor @skip(if: false) ...on Event { c: cursor @include(if: $as) } } }',
  );
  const contextValue = { tenant: 'acme' } as GatewayContext;

  it('is not the same with a variable left out, which has its default, and one that is null', () => {
    const lookOf = createLooks();
    const names = [{}, { as: null }, { as: 'x' }].map(
      (variableValues) => lookOf({ schema, document, variableValues, contextValue }).name,
    );

    expect(new Set(names).size).toBe(3);
    expect(lookOf({ schema, document, variableValues: {}, contextValue }).name).toBe(names[0]);
  });
});
