import { GraphQLError } from 'graphql';

/** RFC 3339 with its offset; JavaScript reads more, and each engine otherwise. */
const INSTANT = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

/** Instants are epoch milliseconds inside and RFC 3339 text outside. */
const DateTime = {
  serialize(value: unknown): string {
    if (typeof value === 'number' && Number.isFinite(value)) return new Date(value).toISOString();
    throw new TypeError('DateTime: an instant must be epoch milliseconds.');
  },
  parseValue(value: unknown): number {
    const instant =
      typeof value === 'string' && INSTANT.test(value) ? Date.parse(value.replace(' ', 'T')) : Number.NaN;
    if (!Number.isNaN(instant)) return instant;
    throw new GraphQLError('An instant is written like 2026-11-22T10:15:00Z, with its offset from UTC.');
  },
};

const Url = {
  serialize(value: unknown): string {
    if (typeof value === 'string' && /^https?:\/\//.test(value)) return value;
    throw new TypeError('URL: an absolute http(s) address is expected.');
  },
};

const Json = { serialize: (value: unknown): unknown => value };

/** The resolvers of the schema's own scalars; what they are stands in the SDL. */
export const scalars = { DateTime, URL: Url, JSON: Json };
