import { GraphQLError } from 'graphql';

/** Codes of one operation that are logged. */
const MAX_CODES = 5;
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;

/** The codes of some errors, each once; GRAPHQL_ERROR for what GraphQL itself finds wrong with an operation. */
export function codesOf(errors: readonly unknown[]): readonly string[] {
  return [...new Set(errors.map(codeOf))].sort().slice(0, MAX_CODES);
}

function codeOf(error: unknown): string {
  const own = Object(error) as { readonly code?: unknown };
  const code = error instanceof GraphQLError ? (error.extensions.code ?? codeInside(error)) : own.code;
  return typeof code === 'string' && CODE.test(code) ? code : 'GRAPHQL_ERROR';
}

function codeInside({ originalError }: GraphQLError): unknown {
  return (Object(originalError) as { readonly code?: unknown }).code;
}
