import { GraphQLError } from 'graphql';
import { copyOf } from '../operations/errors.ts';

/** The same error, which Yoga answers with this HTTP status; what says so never reaches the client. */
export function withHttpStatus(
  { message, extensions }: GraphQLError,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, http: { status, headers } } });
}

/** What Yoga's own rules tell HTTP of an error means nothing elsewhere; over HTTP Yoga takes it away itself. */
export function withoutHttp(error: GraphQLError): GraphQLError {
  if (!('http' in error.extensions)) return error;
  const copy = copyOf(error);
  delete copy.extensions.http;
  return copy;
}
