import { createSourceEventStream, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { GatewayContext } from '../graphql/context.ts';
import { TransportTally } from '../telemetry/connection-counter.ts';
import type { EventSource } from '../watch/event-stream.ts';
import { isSlowConsumer } from '../watch/stream-closed-error.ts';
import type { createErrorMask } from './errors.ts';
import { type Outlet, PushedStream } from './pushed-stream.ts';
import { createLooks } from './selection-key.ts';
import { SharedAnswers } from './shared-answers.ts';

export interface SharedSubscribeSettings {
  readonly maskError: ReturnType<typeof createErrorMask>;
  /** Counts what is sent without an outlet; outlets count for themselves. */
  readonly tally?: TransportTally;
}

/** Takes the place of graphql-js's `subscribe`. */
export type SharedSubscribe = (
  args: ExecutionArgs,
  outlet?: Outlet | undefined,
) => Promise<ResultStream | ExecutionResult>;

/** Answers of one subscription; every subscriber with the same view of an event gets the very same result object. */
export type ResultStream = AsyncIterableIterator<ExecutionResult>;

/**
 * Runs subscriptions so that each event is resolved once for all who look at it in the same way.
 *
 * Two subscribers look alike when they have the same document, the same tenant, and the same values of those variables that
 * stand inside the selection; which exports they named does not matter. The answer is shared, its serialised form too. Where there
 * is an outlet it goes there directly, and the stream only tells the end.
 */
export function createSharedSubscribe({
  maskError,
  tally = new TransportTally(),
}: SharedSubscribeSettings): SharedSubscribe {
  const answers = new SharedAnswers(maskError);
  const lookOf = createLooks();

  return async (args, outlet) => {
    const source = await createSourceEventStream(args).catch(
      (error: unknown): ExecutionResult => ({ errors: [maskError(error)] }),
    );
    if (!isAsyncIterable(source)) return answers.mask(source);
    const look = lookOf(args);
    const events = source as EventSource;
    const { forOneEvent, openSession, run } = args.contextValue as GatewayContext;
    if (outlet !== undefined) {
      forget(args);
      return new PushedStream({ events, answers, look, forOneEvent, outlet });
    }
    const session = openSession({
      onExpiring: (expiresAt) => events.warn(expiresAt),
      onEnded: (toError) => events.fail(toError),
    });
    const stream: ResultStream = {
      async next() {
        const step = await events.next().catch((error: unknown) => {
          session.close();
          run?.note([error]);
          if (isSlowConsumer(error)) tally.slowConsumersClosed.sse += 1;
          throw error;
        });
        if (step.done) {
          session.close();
          return DONE;
        }
        const value = await answers.find(step.value, look, forOneEvent).result;
        tally.pushes.sse += 1;
        return { done: false, value };
      },
      async return() {
        session.close();
        await events.return?.();
        return DONE;
      },
      [Symbol.asyncIterator]: () => stream,
    };
    return stream;
  };
}

const DONE = { done: true, value: undefined } as const;

/** Whoever called keeps these for as long as the subscription runs, and there may be very many. */
function forget(args: ExecutionArgs): void {
  args.contextValue = undefined;
  args.rootValue = undefined;
  args.variableValues = undefined;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
