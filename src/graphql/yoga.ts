import { type GraphQLError, type GraphQLSchema, type ParseOptions, parse, type Source } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Caller } from '../export/caller.ts';
import type { Admission } from './admission.ts';
import type { GatewayContext } from './context.ts';
import { checkNumbers } from './exact-numbers.ts';
import { limitOperations, type OperationLimits } from './limits.ts';
import { useReticence } from './reticence.ts';
import type { SharedSubscribe } from './shared-subscribe.ts';
import type { TrustedDocuments } from './trusted-documents.ts';
import { useAdmission } from './use-admission.ts';
import { useTrustedDocuments } from './use-trusted-documents.ts';

/** What the transports hand to every operation. */
export interface OperationOrigin {
  readonly caller: Caller;
  /** Aborts when the caller has left or ended the operation; over HTTP the request's own signal is used. */
  readonly signal?: AbortSignal | undefined;
}

export interface GraphQLSettings {
  readonly schema: GraphQLSchema;
  readonly limits: OperationLimits & { readonly tokens: number; readonly bodyBytes: number };
  readonly mode: 'development' | 'production';
  readonly createContext: (origin: OperationOrigin) => GatewayContext;
  /** Asked for every operation over HTTP; websockets ask it for theirs. */
  readonly admission: Admission;
  /** The only documents that are answered; null: all are. */
  readonly trustedDocuments: TrustedDocuments | null;
  /** How subscriptions over SSE are run; websockets run theirs with the same. */
  readonly subscribe: SharedSubscribe;
  readonly maskError: (error: unknown) => GraphQLError;
}

export type GatewayYoga = YogaServerInstance<OperationOrigin, GatewayContext>;

/** The GraphQL server itself; HTTP, SSE and websockets all run their operations through its plugins. */
export function createGatewayYoga(settings: GraphQLSettings): GatewayYoga {
  const { schema, limits, mode, createContext, admission, trustedDocuments, subscribe, maskError } = settings;
  return createYoga<OperationOrigin, GatewayContext>({
    schema,
    graphqlEndpoint: '/graphql',
    context: (initial) => {
      checkNumbers(initial.params?.variables);
      return createContext({
        caller: initial.caller,
        signal: initial.signal ?? initial.request?.signal,
      });
    },
    plugins: [
      useAdmission(admission, maskError),
      trustedDocuments === null ? {} : useTrustedDocuments(trustedDocuments, maskError),
      useLimits(limits),
      mode === 'production' ? useReticence() : {},
      useSubscribe(subscribe),
    ],
    maskedErrors: { maskError },
    maxRequestBodySize: limits.bodyBytes,
    // These are the gateway's own affairs: see src/web.
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    batching: false,
    logging: false,
  });
}

function useLimits(limits: GraphQLSettings['limits']): Plugin {
  const rule = limitOperations(limits);
  const parseBounded = (source: string | Source, options?: ParseOptions) =>
    parse(source, { ...options, maxTokens: limits.tokens });
  return {
    onParse: ({ setParseFn }) => setParseFn(parseBounded),
    onValidate: ({ addValidationRule }) => addValidationRule(rule),
  };
}

function useSubscribe(subscribe: SharedSubscribe): Plugin {
  return { onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe) };
}
