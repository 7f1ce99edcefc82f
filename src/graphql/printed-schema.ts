import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';

/** A schema in GraphQL's language, in a fixed order. */
export function toSchemaText(schema: GraphQLSchema): string {
  return printSchema(lexicographicSortSchema(schema));
}
