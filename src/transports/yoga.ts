import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { AccessSessions } from '../access/sessions.ts';
import type { Outcome } from '../operations/engine.ts';
import type { Origin } from '../operations/reports.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ConnectionCounter } from '../telemetry/connection-counter.ts';
import { toHttpAnswer } from './http-answer.ts';
import { toStreamBody } from './http-stream.ts';
import type { Accepted } from './media-types.ts';
import { formatOf } from './stream-formats.ts';

export interface YogaSettings {
  readonly schema: GraphQLSchema;
  readonly sessions: AccessSessions;
  readonly clock: Clock;
  readonly counter: ConnectionCounter;
}

/** One request as Yoga is handed it: who asks, how the answer may be written, and the engine's work on it. */
export interface YogaRequest {
  readonly origin: Origin;
  readonly accepted: Accepted;
  readonly run: () => Promise<Outcome>;
  /** Ends the connection in the middle of the answer. */
  readonly breakOff: () => void;
}

export type HandleByYoga = (
  request: IncomingMessage,
  response: ServerResponse,
  asked: YogaRequest,
) => Promise<void>;

/** What Yoga keeps beside a request while it works on it. */
interface YogaContext {
  readonly asked: YogaRequest;
  outcome?: Outcome;
}

/**
 * Yoga for what it does best: reading a GET, and writing answers that are not one piece of JSON for one POST (server-sent events, parts).
 *
 * It decides nothing about an operation: each is handed to the engine, as on every other transport.
 */
export function createYogaTransport(settings: YogaSettings): HandleByYoga {
  const yoga = createYoga<YogaContext>({
    schema: settings.schema,
    graphqlEndpoint: '/graphql',
    plugins: [delegate(settings)],
    extraParamNames: ['documentId'],
    // These are the gateway's own affairs: see src/operations and src/access.
    maskedErrors: false,
    maxRequestBodySize: false,
    parserAndValidationCache: false,
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    batching: false,
    logging: false,
  });
  return async (request, response, asked) => {
    await yoga.handle(request, response, { asked });
  };
}

function delegate({ sessions, clock, counter }: YogaSettings): Plugin<object, YogaContext> {
  return {
    // The body was read already, within its bound.
    onRequestParse({ setRequestParser }) {
      setRequestParser(() => NOTHING_READ);
    },
    async onParams({ context, setResult }) {
      context.outcome = await context.asked.run();
      setResult({});
    },
    onResultProcess({ serverContext, setResultProcessor }) {
      const { asked, outcome } = serverContext as YogaContext;
      if (outcome === undefined) return;
      const { accepted, origin, breakOff } = asked;
      const { single } = accepted;
      if (outcome.type !== 'stream') {
        setResultProcessor((_result, { Response }) => {
          const { status, headers, body } = toHttpAnswer(outcome, single);
          return new Response(body, { status, headers });
        }, single);
        return;
      }
      const { stream } = outcome;
      const type = accepted.stream ?? 'text/event-stream';
      const format = formatOf(type);
      setResultProcessor((_result, { Response }) => {
        const body = toStreamBody({ stream, format, origin, sessions, clock, counter, breakOff });
        return new Response(body, {
          headers: { 'content-type': format.contentType, 'x-accel-buffering': 'no' },
        });
      }, type);
    },
  };
}

/** The engine reads the request itself; Yoga checks that there is one. */
const NOTHING_READ = { query: '' };
