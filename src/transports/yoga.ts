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
import type { Accepted, AnswerType } from './media-types.ts';
import { MULTIPART, SERVER_SENT_EVENTS } from './stream-formats.ts';

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
      const type = typeOf(outcome, asked.accepted);
      setResultProcessor((_result, { Response }) => {
        if (type === 'application/json' || type === 'application/graphql-response+json') {
          const { status, headers, body } = toHttpAnswer(
            outcome as Exclude<Outcome, { type: 'stream' }>,
            type,
          );
          return new Response(body, { status, headers });
        }
        const format = type === 'multipart/mixed' ? MULTIPART : SERVER_SENT_EVENTS;
        const headers = { 'content-type': format.contentType, 'x-accel-buffering': 'no' };
        if (outcome.type === 'stream') {
          const { origin } = asked;
          const { stream } = outcome;
          return new Response(toStreamBody({ stream, format, origin, sessions, clock, counter }), {
            headers,
          });
        }
        const result = outcome.type === 'refused' ? { errors: outcome.refusal.errors } : outcome.result;
        const only = format.next(Buffer.from(JSON.stringify(result)), null);
        return new Response(`${format.opening}${only}${format.complete}`, { headers });
      }, type);
    },
  };
}

/** The engine reads the request itself; Yoga checks that there is one. */
const NOTHING_READ = { query: '' };

function typeOf({ type }: Outcome, { single, stream }: Accepted): AnswerType {
  return type === 'stream' ? (stream ?? 'text/event-stream') : single;
}
