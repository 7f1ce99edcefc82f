import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { toSubject } from '../operations/subject.ts';
import type { OperationOrigin } from './yoga.ts';

interface RunContext extends Partial<OperationOrigin> {
  readonly params?: { readonly operationName?: string | null | undefined } | undefined;
}

/** Tells an operation's run what it turned out to be and what came of it; websockets tell of theirs themselves. */
export function useReports(): Plugin<object, OperationOrigin> {
  return {
    onValidate({ params: { documentAST }, context }) {
      const { run, params } = context as RunContext;
      run?.is(toSubject(documentAST, params?.operationName));
    },
    onResultProcess({ result, serverContext: { run } }) {
      const isStream = isAsyncIterable(result);
      if (!isStream && !Array.isArray(result) && 'errors' in result) run?.note(result.errors ?? []);
      run?.answered({ isStream });
    },
  };
}
