import type { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import {
  type DocumentRequest,
  type TrustedDocuments,
  UntrustedOperationError,
} from '../operations/trusted-documents.ts';
import { withHttpStatus } from './http-refusal.ts';

/**
 * Lets nothing but trusted documents through.
 *
 * Over HTTP an id becomes the text that it stands for before anything else looks at the request. Whatever the transport, a text that is
 * not trusted is never parsed.
 */
export function useTrustedDocuments(
  documents: TrustedDocuments,
  maskError: (error: unknown) => GraphQLError,
): Plugin {
  return {
    onParams({ params, request, setParams }) {
      const { documentId = idInAddress(request), ...rest } = params as typeof params & DocumentRequest;
      try {
        setParams({ ...rest, query: documents.textFor({ ...rest, documentId }) });
      } catch (error) {
        throw withHttpStatus(maskError(error), 400);
      }
    },
    onParse({ params: { source } }) {
      if (!documents.has(source)) throw new UntrustedOperationError();
    },
  };
}

/** Yoga reads of an address only what it knows. */
function idInAddress({ method, url }: Request): string | undefined {
  if (method !== 'GET') return undefined;
  return new URL(url, 'http://localhost').searchParams.get('documentId') ?? undefined;
}
