import type { Outcome } from '../operations/engine.ts';
import type { AnswerType } from './media-types.ts';

/** An answer in one piece. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * An outcome in one piece of JSON.
 *
 * As GraphQL over HTTP has it: with `application/json` whatever GraphQL itself says comes with 200, since older clients take any other
 * status for a broken connection; with `application/graphql-response+json` an operation of which nothing was run comes with 400. What is
 * refused before GraphQL looks at it has a status of its own in both.
 */
export function toHttpAnswer(outcome: Exclude<Outcome, { type: 'stream' }>, type: AnswerType): HttpAnswer {
  const headers = { 'content-type': `${type}; charset=utf-8` };
  if (outcome.type === 'refused') {
    const { errors, status, headers: further } = outcome.refusal;
    return {
      status: status ?? (type === 'application/json' ? 200 : 400),
      headers: { ...headers, ...further },
      body: JSON.stringify({ errors }),
    };
  }
  const { result } = outcome;
  const wasRun = result.data !== undefined;
  return {
    status: wasRun || type === 'application/json' ? 200 : 400,
    headers,
    body: JSON.stringify(result),
  };
}
