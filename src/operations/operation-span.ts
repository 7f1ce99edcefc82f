import { inRequestScope } from '../telemetry/scope.ts';
import { inSpan, markFailed, parentFrom } from '../telemetry/spans.ts';
import type { Operation } from '../transports/websocket-operation.ts';
import { codesOf } from './error-codes.ts';
import { toSpanName } from './subject.ts';

interface WithErrors {
  readonly errors?: readonly unknown[] | undefined;
}

/**
 * Runs an operation of a websocket in its scope and its span. That of a subscription tells of its beginning only.
 *
 * @param trace - may hold `traceparent` and `tracestate`
 */
export function runOperation<Result extends object>(
  operation: Operation,
  trace: unknown,
  run: () => Result | Promise<Result>,
): Promise<Result> {
  const { subject, scope } = operation;
  const attributes = {
    'graphql.operation.type': subject.type,
    ...(subject.name === null ? {} : { 'graphql.operation.name': subject.name }),
    ...(scope.tenant == null ? {} : { 'waybill.tenant': scope.tenant }),
  };
  const plan = { name: toSpanName(subject), kind: 'server', attributes, parent: parentFrom(trace) } as const;
  const work = () =>
    inSpan(plan, async (span) => {
      const result = await run();
      const [code] = codesOf((result as WithErrors).errors ?? []);
      if (code !== undefined) markFailed(span, code);
      return result;
    });
  return inRequestScope(work, scope);
}
