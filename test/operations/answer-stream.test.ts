import { describe, expect, it } from 'vitest';
import type { ExportEvent } from '../../src/export/events.ts';
import type { GatewayContext } from '../../src/graphql/context.ts';
import {
  type Answer,
  type AnswerSink,
  AnswerStream,
  type AnswerStreamSettings,
} from '../../src/operations/answer-stream.ts';
import { createErrorMask, type FormattedError } from '../../src/operations/errors.ts';
import type { OperationReport } from '../../src/operations/reports.ts';
import type { EventSource } from '../../src/watch/channel-stream.ts';
import { StreamClosedError } from '../../src/watch/stream-closed-error.ts';
import { createTestTools } from '../support/tools.ts';

const DRAINING = new StreamClosedError('SERVER_DRAINING', 'The gateway is shutting down.', null);
const SLOW = new StreamClosedError('SLOW_CONSUMER', 'Too slow.', 'cursor-1');

/** A stream whose events and answers the test hands over, and what came out of it. */
function createStream() {
  const story: string[] = [];
  const codes: string[] = [];
  const waiting: { readonly answer: { text: Buffer | null }; wake(): void }[] = [];
  const events = {
    pipe: () => void story.push('piped'),
    resume: () => void story.push('resumed'),
    return: async () => void story.push('left'),
  } as unknown as EventSource;
  const answers = {
    find: ({ cursor }: ExportEvent) => {
      if (!cursor.startsWith('late')) return { text: Buffer.from(`"${cursor}"`) } as Answer;
      const answer = {
        text: null as Buffer | null,
        wait: (listener: { onAnswer(answer: Answer): void }) => {
          waiting.push({
            answer,
            wake: () => {
              answer.text = Buffer.from(`"${cursor}"`);
              listener.onAnswer(answer as unknown as Answer);
            },
          });
        },
      };
      return answer as unknown as Answer;
    },
  } as unknown as AnswerStreamSettings['answers'];
  const sink: AnswerSink & { isReady: boolean } = {
    isReady: true,
    next: (text, cursor) => void story.push(`next ${text} ${cursor}`),
    finish: (error: FormattedError | null, isSlow) =>
      void story.push(`end ${error?.extensions.code ?? 'complete'}${isSlow ? ' slow' : ''}`),
  };
  const stream = new AnswerStream({
    events,
    answers,
    selection: {} as AnswerStreamSettings['selection'],
    createContext: () => ({}) as GatewayContext,
    maskError: createErrorMask(createTestTools()),
    report: {
      requestId: 'request-1',
      begun: () => void story.push('begun'),
      note: (errors: readonly FormattedError[]) => void codes.push(...errors.map((e) => e.extensions.code)),
    } as unknown as OperationReport,
  });
  stream.pipe(sink);
  return {
    stream,
    sink,
    story,
    codes,
    take: (cursor: string) => stream.take({ cursor } as ExportEvent),
    answer: () => waiting.shift()?.wake(),
  };
}

describe('a stream of answers', () => {
  it('begins, sends what is answered at once, and ends complete', () => {
    const { stream, story, take } = createStream();

    take('1');
    take('2');
    stream.end(null);

    expect(story).toEqual(['begun', 'piped', 'next "1" 1', 'next "2" 2', 'end complete']);
  });

  it('takes no further event while one is being answered, and then asks for more', () => {
    const { stream, story, take, answer } = createStream();

    take('late 1');
    expect(stream.isReady).toBe(false);
    answer();

    expect(stream.isReady).toBe(true);
    expect(story.slice(2)).toEqual(['next "late 1" late 1', 'resumed']);
  });

  it('is ready only while its sink is', () => {
    const { stream, sink } = createStream();

    sink.isReady = false;
    expect(stream.isReady).toBe(false);
    sink.isReady = true;
    expect(stream.isReady).toBe(true);
  });

  it.each([
    [DRAINING, 'SERVER_DRAINING', 'end SERVER_DRAINING'],
    [SLOW, 'SLOW_CONSUMER', 'end SLOW_CONSUMER slow'],
  ])('tells its sink and its report why it ends: %s', (error, code, told) => {
    const { stream, story, codes } = createStream();

    stream.end(error);

    expect(story.at(-1)).toBe(told);
    expect(codes).toEqual([code]);
  });

  it('tells nothing after its subscriber has left: no answer, no end, no error', () => {
    const { stream, story, codes, take, answer } = createStream();
    take('late 1');

    stream.close();
    answer();
    stream.end(DRAINING);

    expect(story.filter((line) => /^(next|end)/.test(line))).toEqual([]);
    expect(codes).toEqual([]);
  });
});
