import { type GraphQLError, NoSchemaIntrospectionCustomRule } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** How GraphQL says what may have been meant, in validation and in the checks of variables alike; a message may have been cut inside. */
const SUGGESTION = /\s*Did you mean [^?]*(?:\?|$)/g;

/** In production the schema is not told to strangers: no introspection, no "did you mean". */
export function useReticence(): Plugin {
  return {
    onValidate: ({ addValidationRule }) => {
      addValidationRule(NoSchemaIntrospectionCustomRule);
      return ({ result, setResult }) =>
        setResult(result.map((error) => withoutSuggestions(error as GraphQLError)));
    },
  };
}

/** The same error, its message, which must not be long, without what may have been meant. */
export function withoutSuggestions(error: GraphQLError): GraphQLError {
  error.message = error.message.replace(SUGGESTION, '');
  return error;
}
