import type { FormattedError } from '../operations/errors.ts';
import type { AnswerType } from './media-types.ts';

/** How a stream of answers is written over HTTP. Every part is bytes, ready to be sent. */
export interface StreamFormat {
  readonly contentType: string;
  readonly opening: string;
  /** Keeps the connection open, and means nothing. */
  readonly heartbeat: string;
  /** One answer. @param json - in UTF-8. @param cursor - null where the answer is no event */
  next(json: Buffer, cursor: string | null): Buffer;
  /** The stream's end, where it ends with an error. */
  error(error: FormattedError): string;
  /** The stream's end, where it is complete. */
  readonly complete: string;
}

const SSE_DATA = Buffer.from('event: next\ndata: ');
const SSE_END = Buffer.from('\n\n');

/**
 * Server-sent events, in GraphQL over SSE's distinct connections mode. The id of an event is its cursor, which a browser's `EventSource`
 * sends again as `Last-Event-ID`.
 */
export const SERVER_SENT_EVENTS: StreamFormat = {
  contentType: 'text/event-stream; charset=utf-8',
  opening: ':\n\n',
  heartbeat: ':\n\n',
  next: (json, cursor) =>
    Buffer.concat([...(cursor === null ? [] : [Buffer.from(`id: ${cursor}\n`)]), SSE_DATA, json, SSE_END]),
  error: (error) => `event: next\ndata: ${JSON.stringify({ errors: [error] })}\n\nevent: complete\ndata:\n\n`,
  complete: 'event: complete\ndata:\n\n',
};

const PART = '--graphql\r\ncontent-type: application/json\r\n\r\n';
const MULTIPART_HEAD = Buffer.from(`${PART}{"payload":`);
const MULTIPART_END = Buffer.from('}\r\n');

/** Multipart HTTP subscriptions, as Apollo's clients speak them. Source: Apollo Router docs, "Multipart subscription protocol"; read 2026-11. */
export const MULTIPART: StreamFormat = {
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
  opening: '\r\n',
  heartbeat: `${PART}{}\r\n`,
  next: (json) => Buffer.concat([MULTIPART_HEAD, json, MULTIPART_END]),
  error: (error) => `${PART}{"payload":null,"errors":${JSON.stringify([error])}}\r\n--graphql--\r\n`,
  complete: '--graphql--\r\n',
};

export function formatOf(type: Extract<AnswerType, 'text/event-stream' | 'multipart/mixed'>): StreamFormat {
  return type === 'multipart/mixed' ? MULTIPART : SERVER_SENT_EVENTS;
}
