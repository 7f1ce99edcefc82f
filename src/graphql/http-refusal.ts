import { GraphQLError } from 'graphql';

/** The same error, which Yoga answers with this HTTP status; what says so never reaches the client. */
export function withHttpStatus(
  { message, extensions }: GraphQLError,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, http: { status, headers } } });
}
