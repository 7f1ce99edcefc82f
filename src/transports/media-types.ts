import { LRUCache } from 'lru-cache';

/** How an answer may be written. */
export type AnswerType =
  | 'application/json'
  | 'application/graphql-response+json'
  | 'text/event-stream'
  | 'multipart/mixed';

/** How a client takes its answer; null where it takes none that is spoken here. */
export interface Accepted {
  /** An answer in one piece. */
  readonly single: AnswerType;
  /** An answer that goes on; null where the client takes none. */
  readonly stream: 'text/event-stream' | 'multipart/mixed' | null;
}

/** As a 406 names them. */
export const SPOKEN =
  'application/json, application/graphql-response+json, text/event-stream or multipart/mixed, in UTF-8';

const SINGLE = ['application/json', 'application/graphql-response+json'] as const;
const STREAMS = ['text/event-stream', 'multipart/mixed'] as const;

/** The subscriptions protocol that Apollo's clients speak. Source: Apollo Router docs, "HTTP callback and multipart subscriptions"; read 2026-11. */
const MULTIPART_VERSION = /subscriptionspec="?1\.0"?/;

const MAX_HEADERS = 200;
const MAX_HEADER_LENGTH = 500;

/** The same few headers come again and again. */
const known = new LRUCache<string, { readonly accepted: Accepted | null }>({ max: MAX_HEADERS });

/** What an `Accept` header takes; absent, it takes JSON. */
export function negotiate(accept: string | undefined): Accepted | null {
  if (accept === undefined || accept === '*/*') return { single: 'application/json', stream: null };
  const found = known.get(accept);
  if (found !== undefined) return found.accepted;
  const accepted = read(accept);
  if (accept.length <= MAX_HEADER_LENGTH) known.set(accept, { accepted });
  return accepted;
}

interface Range {
  readonly type: string;
  readonly quality: number;
}

function read(accept: string): Accepted | null {
  const ranges = accept
    .toLowerCase()
    .split(',')
    .map(toRange)
    .filter((range) => range !== null)
    .sort((one, other) => other.quality - one.quality);
  const single = best(ranges, SINGLE);
  const stream = best(ranges, STREAMS);
  if (single === null && stream === null) return null;
  return { single: single ?? (stream as AnswerType), stream };
}

/** Of the first range, as the client prefers them, that one of these types is in. */
function best<Type extends string>(ranges: readonly Range[], types: readonly Type[]): Type | null {
  for (const { type } of ranges) {
    const match = types.find((candidate) => isIn(candidate, type));
    if (match !== undefined) return match;
  }
  return null;
}

/** "Anything" is no wish for a stream. */
function isIn(type: string, range: string): boolean {
  if (range === '*/*') return !(STREAMS as readonly string[]).includes(type);
  return range.endsWith('/*') ? type.startsWith(range.slice(0, -1)) : range === type;
}

/** Null for what is refused (`q=0`), or would have to be written in another way than it is spoken here. */
function toRange(text: string): Range | null {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim());
  const find = (name: string) =>
    parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
  const charset = find('charset')?.replaceAll('"', '') ?? 'utf-8';
  const quality = Number(find('q') ?? 1);
  const isSpoken = charset === 'utf-8' || charset === 'utf8';
  if (!isSpoken || !(quality > 0)) return null;
  if (type === 'multipart/mixed' && !MULTIPART_VERSION.test(text)) return null;
  return { type, quality };
}
