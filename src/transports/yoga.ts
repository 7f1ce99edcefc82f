import {
  type GraphQLError,
  type GraphQLSchema,
  type ParseOptions,
  parse,
  type Source,
  validate,
} from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Caller } from '../access/caller.ts';
import type { Admission } from '../access/rate-limits.ts';
import { toRevokedError } from '../access/sessions.ts';
import type { GatewayContext } from '../graphql/context.ts';
import { createDocumentCache, NO_ERROR_CACHE } from '../operations/document-cache.ts';
import { forThisRequest, withoutEchoes } from '../operations/errors.ts';
import { limitRules, type OperationLimits } from '../operations/limits.ts';
import { useReticence } from '../operations/no-suggestions.ts';
import type { OperationRun } from '../operations/operation-run.ts';
import type { SharedSubscribe } from '../operations/shared-subscribe.ts';
import type { TrustedDocuments } from '../operations/trusted-documents.ts';
import { checkVariables } from '../operations/variables.ts';
import type { Log } from '../runtime/tools.ts';
import { useAccess } from './use-access.ts';
import { useAdmission } from './use-admission.ts';
import { useReports } from './use-reports.ts';
import { useSafeFailure } from './use-safe-failure.ts';
import { useTrustedDocuments } from './use-trusted-documents.ts';

/** What the transports hand to every operation. */
export interface OperationOrigin {
  readonly caller: Caller;
  /** Aborts when the caller has left or ended the operation; over HTTP the request's own signal is used. */
  readonly signal?: AbortSignal | undefined;
  /** Over HTTP: told what the operation turns out to be, and how it ends. */
  readonly run?: OperationRun | undefined;
}

export interface GraphQLSettings {
  readonly schema: GraphQLSchema;
  readonly limits: OperationLimits & {
    readonly tokens: number;
    readonly bodyBytes: number;
    readonly locators: number;
  };
  readonly mode: 'development' | 'production';
  readonly createContext: (origin: OperationOrigin) => GatewayContext;
  /** True for a caller that was let in, but would not be any more. */
  readonly hasLostAccess: (caller: Caller) => boolean;
  /** Asked for every operation over HTTP; websockets ask it for theirs. */
  readonly admission: Admission;
  /** The only documents that are answered; null: all are. */
  readonly trustedDocuments: TrustedDocuments | null;
  /** How subscriptions over SSE are run; websockets run theirs with the same. */
  readonly subscribe: SharedSubscribe;
  readonly maskError: (error: unknown) => GraphQLError;
  readonly log: Log;
}

export type GatewayYoga = YogaServerInstance<OperationOrigin, GatewayContext>;

/** The GraphQL server itself; HTTP, SSE and websockets all run their operations through its plugins. */
export function createGatewayYoga(settings: GraphQLSettings): GatewayYoga {
  const { schema, limits, mode, createContext, admission, trustedDocuments, subscribe, maskError, log } =
    settings;
  return createYoga<OperationOrigin, GatewayContext>({
    schema,
    graphqlEndpoint: '/graphql',
    context: (initial) => {
      checkVariables(initial.params?.variables, limits.locators);
      if (settings.hasLostAccess(initial.caller)) throw toRevokedError(null);
      return createContext({
        caller: initial.caller,
        signal: initial.signal ?? initial.request?.signal,
      });
    },
    plugins: [
      useSafeFailure(log),
      useReports(),
      useAccess(settings.hasLostAccess, maskError),
      useAdmission(admission, maskError),
      trustedDocuments === null ? {} : useTrustedDocuments(trustedDocuments, maskError),
      useLimits(limits, mode),
      mode === 'production' ? useReticence() : {},
      useSubscribe(subscribe),
    ],
    maskedErrors: { maskError },
    maxRequestBodySize: limits.bodyBytes,
    parserAndValidationCache: { documentCache: createDocumentCache(), errorCache: NO_ERROR_CACHE },
    // These are the gateway's own affairs: see src/web.
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    batching: false,
    logging: false,
  });
}

/** Of one document; GraphQL itself stops at twice as many, and each takes it half a millisecond. */
const MAX_ERRORS = 50;

/** The limits come first and alone: GraphQL's own rules are never asked about a document that is too large for them. */
function useLimits(limits: GraphQLSettings['limits'], mode: GraphQLSettings['mode']): Plugin {
  const rules = limitRules(limits);
  const parseBounded = (source: string | Source, options?: ParseOptions) =>
    parse(source, { ...options, maxTokens: limits.tokens });
  // What would be taken out of a message again is not looked for: that takes longer than all else about a wrong name.
  const hideSuggestions = mode === 'production';
  const validateBounded: typeof validate = (schema, document, ownRules, options) => {
    const errors = validate(schema, document, rules);
    const found =
      errors.length > 0
        ? errors
        : validate(schema, document, ownRules, {
            ...options,
            maxErrors: MAX_ERRORS,
            hideSuggestions,
          });
    return found.map(withoutEchoes);
  };
  return {
    onParse: ({ setParseFn }) => setParseFn(parseBounded),
    onValidate: ({ setValidationFn }) => {
      setValidationFn(validateBounded);
      // What is wrong with a document is kept, and found again for other requests.
      return ({ valid, result, setResult }) => {
        if (valid) return;
        setResult((result as readonly GraphQLError[]).map(forThisRequest));
      };
    },
  };
}

function useSubscribe(subscribe: SharedSubscribe): Plugin {
  return { onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe) };
}
