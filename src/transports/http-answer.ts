import type { Outcome } from '../operations/engine.ts';
import type { AnswerType } from './media-types.ts';
import { formatOf } from './stream-formats.ts';

/** An answer in one piece. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A result as it is written where nothing follows it. */
export function toBody(result: object, type: AnswerType): string {
  const json = JSON.stringify(result);
  if (type === 'application/json' || type === 'application/graphql-response+json') return json;
  const { opening, next, complete } = formatOf(type);
  return `${opening}${next(Buffer.from(json), null)}${complete}`;
}

/** As a header writes it. */
export function toContentType(type: AnswerType): string {
  if (type === 'application/json' || type === 'application/graphql-response+json')
    return `${type}; charset=utf-8`;
  return formatOf(type).contentType;
}

/**
 * An outcome in one piece.
 *
 * As GraphQL over HTTP has it: with `application/json` whatever GraphQL itself says comes with 200, since older clients take any other
 * status for a broken connection, and so it does in a stream; with `application/graphql-response+json` an operation of which nothing was
 * run comes with 400. What is refused before GraphQL looks at it has a status of its own in all of them.
 */
export function toHttpAnswer(outcome: Exclude<Outcome, { type: 'stream' }>, type: AnswerType): HttpAnswer {
  const headers = { 'content-type': toContentType(type) };
  const standing = type === 'application/graphql-response+json' ? 400 : 200;
  if (outcome.type === 'refused') {
    const { errors, status, headers: further } = outcome.refusal;
    return {
      status: status ?? standing,
      headers: { ...headers, ...further },
      body: toBody({ errors }, type),
    };
  }
  const { result } = outcome;
  const wasRun = result.data !== undefined;
  return { status: wasRun ? 200 : standing, headers, body: toBody(result, type) };
}
