/** Instants are epoch milliseconds inside and RFC 3339 text outside; no argument takes one. */
const DateTime = {
  serialize(value: unknown): string {
    if (typeof value === 'number' && Number.isFinite(value)) return new Date(value).toISOString();
    throw new TypeError('DateTime: an instant must be epoch milliseconds.');
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
