import { createHash } from 'node:crypto';
import type { SimulatorResponse } from '../simulator.ts';

/** How an error body is written: today's, the legacy generic one, or that of the docs of 2017-10 to 2018-05. */
export type ErrorStyle = 'message' | 'generic' | 'schema';

/** What the simulator refuses with; turned into an answer in one place. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function notFound(what: string, id: string): Refusal {
  return new Refusal(404, `${what} '${id}' not found.`);
}

/** What becomes of a refusal on the wire. A parameter problem has the schema form in every style. */
export function toErrorBody(refusal: Refusal, style: ErrorStyle): object {
  if (refusal.status === 422 || (refusal.status === 404 && style === 'schema'))
    return { errors: { schema: [refusal.message] } };
  if (refusal.status === 404 && style === 'generic') return { message: 'Not Found' };
  return { message: refusal.message };
}

/** A JSON answer with the headers that WebAdMIT sends, its odd `Expires` included. */
export function toJsonAnswer(
  status: number,
  body: object,
  rate: { readonly limit: number; readonly remaining: number },
): SimulatorResponse {
  const text = JSON.stringify(body);
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'private',
      etag: `"${createHash('md5').update(text).digest('hex')}"`,
      expires: '2009-01-01 00:00:00 -0500',
      'x-runtime': '0.042',
      'x-ratelimit-limit': String(rate.limit),
      'x-ratelimit-remaining': String(rate.remaining),
    },
    body: text,
  };
}
