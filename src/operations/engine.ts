import { createSourceEventStream, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { Caller } from '../access/caller.ts';
import { type Admission, RateLimitedError } from '../access/rate-limits.ts';
import { toRevokedError } from '../access/sessions.ts';
import type { CancelSignal } from '../export/ports.ts';
import type { ContextOrigin, GatewayContext } from '../graphql/context.ts';
import { inSpan, isTracing, markFailed, parentFrom } from '../telemetry/spans.ts';
import type { EventSource } from '../watch/channel-stream.ts';
import { AnswerStream, Answers, type FormattedResult, formatResult } from './answer-stream.ts';
import { Documents, type Operation, toSpanName } from './documents.ts';
import { type FormattedError, forRequest, type MaskError, toRefusal } from './errors.ts';
import { Executor, type ExecutorKind, type Variables } from './executor.ts';
import type { OperationLimits } from './limits.ts';
import { OperationReport, type OperationReports, type Origin } from './reports.ts';
import { MalformedRequestError, type OperationRequest } from './request.ts';
import { type TrustedDocuments, UntrustedOperationError } from './trusted-documents.ts';
import type { Turns } from './turns.ts';
import { checkVariables } from './variables.ts';

/** One operation as its transport hands it over. */
export interface Call {
  readonly origin: Origin;
  /** See `OperationReport`. */
  readonly requestId: string;
  /** A GET changes nothing. */
  readonly isReadOnly: boolean;
  /** False where an answer comes in one piece, so that no subscription can be told. */
  readonly canStream: boolean;
  /** The cursor after which a stream goes on where its operation names none: a browser's `EventSource` says it by itself. */
  readonly resumeAfter?: string | undefined;
  /** Headers, or what stands for them, that may hold `traceparent`. */
  readonly trace: unknown;
  /** Aborts when the caller has left. Asked for only where something listens to it. */
  readonly signal: CancelSignal | undefined;
  /** True once nobody waits for an answer. */
  readonly isGone: boolean;
}

/** How one operation is answered. The transport ends the report when the answer was sent, or nobody reads it any more. */
export type Outcome = { readonly report: OperationReport } & (
  | { readonly type: 'refused'; readonly refusal: Refusal }
  | { readonly type: 'result'; readonly result: FormattedResult }
  | { readonly type: 'stream'; readonly stream: AnswerStream }
);

/** Nothing of the operation was run. */
export interface Refusal {
  readonly errors: readonly FormattedError[];
  /** The HTTP status that stands for it; null where it is GraphQL's own affair, and the media type decides. */
  readonly status: number | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface EngineSettings {
  readonly schema: GraphQLSchema;
  readonly limits: OperationLimits & { readonly tokens: number; readonly locators: number };
  readonly mode: 'development' | 'production';
  readonly createContext: (origin: ContextOrigin) => GatewayContext;
  /** Stands for the moment at which a call comes: see `ContextOrigin`. */
  readonly moment: () => number;
  /** True for a caller that was let in, but would not be any more. */
  readonly hasLostAccess: (caller: Caller) => boolean;
  /** Asked for every operation, those that are then refused for another reason too. */
  readonly admission: Admission;
  /** The only documents that are answered; null: all are. */
  readonly trustedDocuments: TrustedDocuments | null;
  readonly maskError: MaskError;
  readonly reports: OperationReports;
  readonly turns: Turns;
  readonly executor?: ExecutorKind | undefined;
  /** Vendors' own Export types that are expected in answers; others may come up. Left out: all. */
  readonly expectedTypes?: readonly string[] | undefined;
}

const NO_SIGNAL = (): undefined => undefined;
const NO_VARIABLES: Variables = Object.freeze({});

/**
 * Runs operations, whatever they come over: every decision about one is made here.
 *
 * The order is fixed: access, rate, trusted documents, the document (limits, syntax, validation), which operation, its variables, execution.
 */
export class OperationEngine {
  private readonly settings: EngineSettings;
  private readonly documents: Documents;
  private readonly executor: Executor;
  private readonly answers: Answers;

  constructor(settings: EngineSettings) {
    this.settings = settings;
    this.documents = new Documents(settings);
    this.executor = new Executor(settings.schema, settings.executor, settings.expectedTypes);
    this.answers = new Answers(this.executor, settings.maskError);
  }

  /** Never rejects. @param read - gives the request; what it throws is told the caller */
  run(call: Call, read: () => OperationRequest): Outcome | Promise<Outcome> {
    const { reports, moment, turns } = this.settings;
    const report = new OperationReport(reports, call.origin, call.requestId, moment());
    return turns.run(() => {
      try {
        const outcome = isTracing() ? this.beginTraced(call, report, read) : this.begin(call, report, read);
        return outcome instanceof Promise ? outcome.catch(() => this.giveUp(report)) : outcome;
      } catch {
        return this.giveUp(report);
      }
    });
  }

  /** Not even its error could be told: whatever hides and logs errors is broken itself. */
  private giveUp(report: OperationReport): Outcome {
    const errors = [toRefusal('INTERNAL_SERVER_ERROR', 'Unexpected error.', report.requestId)];
    return this.settle(report, { errors, status: 500 });
  }

  private beginTraced(call: Call, report: OperationReport, read: () => OperationRequest): Promise<Outcome> {
    const { caller, transport } = call.origin;
    const attributes = {
      'waybill.tenant': caller.tenant,
      ...(transport === 'websocket'
        ? {}
        : { 'http.request.method': call.isReadOnly ? 'GET' : 'POST', 'http.route': '/graphql' }),
    };
    const plan = { name: 'GraphQL', kind: 'server', attributes, parent: parentFrom(call.trace) } as const;
    return inSpan(plan, async (span) => {
      const outcome = await this.begin(call, report, read);
      const { type, name } = report.subject;
      span.updateName(toSpanName(report.subject));
      span.setAttributes({
        'graphql.operation.type': type,
        ...(name === null ? {} : { 'graphql.operation.name': name }),
      });
      const [error] = outcome.type === 'stream' ? [] : errorsOf(outcome);
      if (error !== undefined) markFailed(span, error.extensions.code);
      return outcome;
    });
  }

  private begin(
    call: Call,
    report: OperationReport,
    read: () => OperationRequest,
  ): Outcome | Promise<Outcome> {
    const { admission, hasLostAccess } = this.settings;
    const { caller } = call.origin;
    try {
      if (hasLostAccess(caller)) throw toRevokedError(null);
      const admitted = admission.operation(caller);
      if (admitted === undefined) return this.prepare(call, report, read());
      return admitted.then(
        () => {
          try {
            return this.prepare(call, report, read());
          } catch (error) {
            return this.refuse(report, error);
          }
        },
        (error: unknown) => this.refuse(report, error),
      );
    } catch (error) {
      return this.refuse(report, error);
    }
  }

  private prepare(
    call: Call,
    report: OperationReport,
    request: OperationRequest,
  ): Outcome | Promise<Outcome> {
    const document = this.documents.read(this.textOf(request));
    const { errors } = document;
    const operation = document.find(request.operationName ?? null);
    if (operation !== null) report.subject = operation.subject;
    const misfit = operation === null ? null : this.findMisfit(call, operation, report.requestId);
    // Whatever else is wrong with it: a mutation does not come by GET.
    if (misfit?.status === 405) return this.settle(report, misfit);
    if (errors !== null)
      return this.refuseWith(
        report,
        errors.map((error) => forRequest(error, report.requestId)),
      );
    if (operation === null) {
      const message = 'Could not determine what operation to execute.';
      return this.refuseWith(report, [toRefusal('OPERATION_RESOLUTION_FAILURE', message, report.requestId)]);
    }
    if (misfit !== null) return this.settle(report, misfit);
    const given = request.variables ?? NO_VARIABLES;
    checkVariables(given, this.settings.limits.locators);
    const variables = this.executor.readVariables(operation, given);
    if ('errors' in variables)
      return this.refuseWith(
        report,
        variables.errors.map((error) => this.settings.maskError(error, report.requestId)),
      );
    if (operation.type === 'subscription') return this.subscribe(call, report, operation, given);
    return this.execute(call, report, operation, given, variables.coerced);
  }

  private execute(
    call: Call,
    report: OperationReport,
    operation: Operation,
    given: Variables,
    variables: Variables,
  ): Outcome | Promise<Outcome> {
    const context = this.settings.createContext({
      caller: call.origin.caller,
      scope: report.scope,
      askedAt: report.askedAt,
      signal: () => call.signal,
    });
    const result = this.executor.execute(operation, undefined, context, given, variables);
    if (!(result instanceof Promise)) return this.answer(report, result);
    return result.then(
      (settled) => this.answer(report, settled),
      (error: unknown) => this.refuse(report, error),
    );
  }

  private answer(report: OperationReport, result: ExecutionResult): Outcome {
    const formatted = formatResult(result, this.settings.maskError, report.requestId);
    if (formatted.errors !== undefined) report.note(formatted.errors);
    return { type: 'result', result: formatted, report };
  }

  private async subscribe(
    call: Call,
    report: OperationReport,
    operation: Operation,
    given: Variables,
  ): Promise<Outcome> {
    const { schema, createContext, maskError } = this.settings;
    const { caller } = call.origin;
    const { tenant } = caller;
    // A stream is ended by its transport, and calls no vendor for its one subscriber.
    const { resumeAfter } = call;
    const { scope, askedAt } = report;
    const context = createContext({ caller, scope, askedAt, signal: NO_SIGNAL, resumeAfter });
    try {
      const source = await createSourceEventStream({
        schema,
        document: operation.document,
        operationName: operation.name,
        variableValues: given,
        contextValue: context,
      });
      if (!isEventSource(source)) return this.answer(report, source as ExecutionResult);
      const stream = new AnswerStream({
        events: source,
        answers: this.answers,
        selection: this.answers.selectionOf(operation, given, tenant),
        // An event is shown to many: it belongs to no one request.
        createContext: () =>
          createContext({
            caller,
            scope: { requestId: null, tenant, caller: null },
            askedAt: this.settings.moment(),
            signal: NO_SIGNAL,
          }),
        maskError,
        report,
      });
      return { type: 'stream', stream, report };
    } catch (error) {
      return this.refuse(report, error);
    }
  }

  /** @throws UntrustedOperationError, MalformedRequestError */
  private textOf(request: OperationRequest): string {
    const { trustedDocuments } = this.settings;
    if (trustedDocuments !== null) return trustedDocuments.textFor(request);
    const { query, documentId, extensions } = request;
    if (documentId !== undefined && documentId !== null) {
      throw new MalformedRequestError(
        'This gateway knows no documents by their id: send the text as "query", and no "documentId".',
      );
    }
    if (query) return query;
    if (Object(extensions?.persistedQuery).sha256Hash !== undefined)
      throw new PersistedQueryNotSupportedError();
    throw new MalformedRequestError('The request holds no operation: send its text as "query".');
  }

  private findMisfit(
    { isReadOnly, canStream }: Call,
    { type }: Operation,
    requestId: string,
  ): Refusal | null {
    if (type === 'mutation' && isReadOnly) {
      const message = 'A mutation cannot be sent by GET: send it by POST.';
      const errors = [toRefusal('BAD_REQUEST', message, requestId)];
      return { errors, status: 405, headers: { allow: 'POST' } };
    }
    if (type !== 'subscription' || canStream) return null;
    const message =
      'A subscription is answered as a stream: accept text/event-stream or multipart/mixed, or use a websocket.';
    return { errors: [toRefusal('NOT_ACCEPTABLE', message, requestId)], status: 406 };
  }

  private refuse(report: OperationReport, error: unknown): Outcome {
    if (error instanceof MalformedRequestError) {
      const errors = [toRefusal(error.code, error.message, report.requestId)];
      return this.settle(report, { errors, status: 400 });
    }
    if (error instanceof PersistedQueryNotSupportedError)
      return this.refuseWith(report, [toRefusal(error.code, error.message, report.requestId)]);
    const errors = [this.settings.maskError(error, report.requestId)];
    return this.settle(report, { errors, ...toHttp(errors[0], error) });
  }

  private refuseWith(report: OperationReport, errors: readonly FormattedError[]): Outcome {
    return this.settle(report, { errors, status: null });
  }

  private settle(report: OperationReport, refusal: Refusal): Outcome {
    report.note(refusal.errors);
    return { type: 'refused', refusal, report };
  }
}

/** Apollo's clients send the hash alone first, and the text when they are told this, in these words. */
class PersistedQueryNotSupportedError extends Error {
  override readonly name = 'PersistedQueryNotSupportedError';
  readonly code = 'PERSISTED_QUERY_NOT_SUPPORTED';

  constructor() {
    super('PersistedQueryNotSupported');
  }
}

function toHttp(told: FormattedError | undefined, error: unknown): Omit<Refusal, 'errors'> {
  if (error instanceof RateLimitedError) {
    const { retryAfterMs } = error;
    // In whole seconds, never too early.
    if (retryAfterMs === undefined) return { status: 429 };
    return { status: 429, headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) } };
  }
  if (error instanceof UntrustedOperationError) return { status: 400 };
  switch (told?.extensions.code) {
    case 'UNAUTHENTICATED':
      return { status: 401, headers: { 'www-authenticate': 'Bearer' } };
    case 'INTERNAL_SERVER_ERROR':
      return { status: 500 };
    default:
      return { status: null };
  }
}

function errorsOf(outcome: Exclude<Outcome, { type: 'stream' }>): readonly FormattedError[] {
  return outcome.type === 'refused' ? outcome.refusal.errors : (outcome.result.errors ?? []);
}

function isEventSource(value: unknown): value is EventSource {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
