import { GraphQLError, GraphQLScalarType } from 'graphql';

/** Instants are epoch milliseconds inside and RFC 3339 text outside; no argument takes one. */
const DateTime = new GraphQLScalarType<never, string>({
  name: 'DateTime',
  serialize(value) {
    if (typeof value === 'number' && Number.isFinite(value)) return new Date(value).toISOString();
    throw new GraphQLError('DateTime: an instant must be epoch milliseconds.');
  },
});

const Url = new GraphQLScalarType<never, string>({
  name: 'URL',
  serialize(value) {
    if (typeof value === 'string' && /^https?:\/\//.test(value)) return value;
    throw new GraphQLError('URL: an absolute http(s) address is expected.');
  },
});

const Json = new GraphQLScalarType<never, unknown>({ name: 'JSON', serialize: (value) => value });

/** The resolvers of the schema's own scalars. */
export const scalars = { DateTime, URL: Url, JSON: Json };
