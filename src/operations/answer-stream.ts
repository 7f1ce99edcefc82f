import { type ExecutionResult, GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { ExportEvent } from '../export/events.ts';
import type { GatewayContext } from '../graphql/context.ts';
import type { EventSink } from '../watch/channel.ts';
import type { EventSource } from '../watch/channel-stream.ts';
import type { Operation } from './documents.ts';
import { type FormattedError, type MaskError, toRefusal } from './errors.ts';
import type { Executor, Variables } from './executor.ts';
import type { OperationReport } from './reports.ts';

/** Selections that subscribers to come can share; those in use live on with their subscribers. */
const MAX_SELECTIONS = 1_000;

/** Makes the error a stream ends with from the cursor of the last event it handed out. */
export type ToStreamError = (cursor: string | null) => Error;

/** An answer as it is sent: `{ data, errors }` with errors as a client reads them. */
export interface FormattedResult {
  readonly errors?: readonly FormattedError[];
  readonly data?: unknown;
}

/** The result of an execution as a client reads it. */
export function formatResult(
  { data, errors }: ExecutionResult,
  maskError: MaskError,
  requestId: string | null,
): FormattedResult {
  if (errors === undefined || errors.length === 0) return { data };
  return { errors: errors.map((error) => maskError(error, requestId)), data };
}

/** One way to show events: everything but whose events they are. Subscribers with the same share the object too. */
interface Selection {
  readonly name: string;
  readonly operation: Operation;
  readonly given: Variables;
  readonly variables: Variables;
}

interface AnswerListener {
  onAnswer(answer: Answer): void;
}

/** What every subscriber with the same selection is shown of one event: resolved once, and serialised once. */
export class Answer {
  /** The answer as JSON in UTF-8; null until it is there. */
  text: Buffer | null = null;
  private listeners: AnswerListener[] | null = null;

  constructor(result: FormattedResult | Promise<FormattedResult>) {
    if (result instanceof Promise) void result.then((settled) => this.settle(settled));
    else this.settle(result);
  }

  /** Calls back once it is there, in the order of the calls. */
  wait(listener: AnswerListener): void {
    this.listeners ??= [];
    this.listeners.push(listener);
  }

  private settle(result: FormattedResult): void {
    this.text = Buffer.from(JSON.stringify(result));
    const { listeners } = this;
    this.listeners = null;
    for (const listener of listeners ?? []) listener.onAnswer(this);
  }
}

/**
 * The answers to events that somebody still holds.
 *
 * Two subscribers share an answer when they have the same document, the same tenant, and the same values of those variables that stand
 * inside the selection; which exports they named does not matter.
 */
export class Answers {
  private readonly executor: Executor;
  private readonly maskError: MaskError;
  private readonly selections = new LRUCache<string, Selection>({ max: MAX_SELECTIONS });
  private readonly byEvent = new WeakMap<ExportEvent, Map<string, Answer>>();

  constructor(executor: Executor, maskError: MaskError) {
    this.executor = executor;
    this.maskError = maskError;
  }

  /** @param given - all variables of the subscription, as they came */
  selectionOf(subscription: Operation, given: Variables, tenant: string): Selection {
    const { operation, variables: names } = subscription.eventView;
    // One that is left out has its default, which null has not.
    const used = names
      .filter((name) => given[name] !== undefined)
      .map((name) => [name, given[name]] as const);
    const name = JSON.stringify([operation.number, tenant, used]);
    const known = this.selections.get(name);
    if (known !== undefined) return known;
    const values = Object.fromEntries(used);
    const read = this.executor.readVariables(operation, values);
    const selection = {
      name,
      operation,
      given: values,
      variables: 'coerced' in read ? read.coerced : {},
    };
    this.selections.set(name, selection);
    return selection;
  }

  /** @param createContext - makes the context of any subscriber with that selection */
  find(event: ExportEvent, selection: Selection, createContext: () => GatewayContext): Answer {
    let bySelection = this.byEvent.get(event);
    if (bySelection === undefined) {
      bySelection = new Map();
      this.byEvent.set(event, bySelection);
    }
    let answer = bySelection.get(selection.name);
    if (answer === undefined) {
      answer = new Answer(this.resolve(event, selection, createContext()));
      bySelection.set(selection.name, answer);
    }
    return answer;
  }

  /** Never rejects. */
  private resolve(
    event: ExportEvent,
    { operation, given, variables }: Selection,
    context: GatewayContext,
  ): FormattedResult | Promise<FormattedResult> {
    const { requestId } = context.scope;
    const format = (result: ExecutionResult): FormattedResult => {
      try {
        return formatResult(result, this.maskError, requestId);
      } catch {
        // Whatever hides and logs errors is broken itself.
        return {
          errors: [toRefusal('INTERNAL_SERVER_ERROR', 'Unexpected error.', requestId)],
          data: null,
        };
      }
    };
    const fail = (error: unknown) => format({ data: null, errors: [toGraphQLError(error)] });
    try {
      const result = this.executor.execute(operation, event, context, given, variables);
      return result instanceof Promise ? result.then(format, fail) : format(result);
    } catch (error) {
      return fail(error);
    }
  }
}

function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  return new GraphQLError('Unexpected error.', {
    originalError: error instanceof Error ? error : new Error(typeof error),
  });
}

/** Where the answers of one subscription go. */
export interface AnswerSink {
  /** False while it has enough; then `AnswerStream.resume` is called once it is ready again. */
  readonly isReady: boolean;
  /** @param text - JSON in UTF-8, shared with other sinks. @param cursor - of the event that is answered */
  next(text: Buffer, cursor: string): void;
  /** Nothing follows. @param isSlow - the sink was ended because it did not take what it was given */
  finish(error: FormattedError | null, isSlow: boolean): void;
}

export interface AnswerStreamSettings {
  readonly events: EventSource;
  readonly answers: Answers;
  readonly selection: Selection;
  readonly createContext: () => GatewayContext;
  readonly maskError: MaskError;
  readonly report: OperationReport;
}

/**
 * One subscription: its events, answered into a sink.
 *
 * One answer is under way at a time; what happens meanwhile waits in the bounded channel of the events.
 */
export class AnswerStream implements EventSink, AnswerListener {
  // Fields, and no object of settings beside them: there may be very many of these.
  private readonly events: EventSource;
  private readonly answers: Answers;
  private readonly selection: Selection;
  private readonly createContext: () => GatewayContext;
  private readonly maskError: MaskError;
  private readonly report: OperationReport;
  private sink: AnswerSink | null = null;
  private waiting: ExportEvent | null = null;
  private isOver = false;

  constructor(settings: AnswerStreamSettings) {
    this.events = settings.events;
    this.answers = settings.answers;
    this.selection = settings.selection;
    this.createContext = settings.createContext;
    this.maskError = settings.maskError;
    this.report = settings.report;
  }

  /** Starts it. To be called once. */
  pipe(sink: AnswerSink): void {
    this.sink = sink;
    this.report.begun();
    this.events.pipe(this);
  }

  /** The sink is ready again. */
  resume(): void {
    this.events.resume();
  }

  /** Tells the subscriber that its access ends at `expiresAt`, epoch milliseconds. */
  warn(expiresAt: number): void {
    this.events.warn(expiresAt);
  }

  /** Ends it with an error, after what waits. */
  fail(toError: ToStreamError): void {
    this.events.fail(toError);
  }

  /** The subscriber has left: nothing more is sent. */
  close(): void {
    this.isOver = true;
    void this.events.return?.();
  }

  // ------------------------------------------------------------------ what the events tell

  get isReady(): boolean {
    return this.waiting === null && this.sink !== null && this.sink.isReady;
  }

  take(event: ExportEvent): void {
    const answer = this.answers.find(event, this.selection, this.createContext);
    if (answer.text !== null) this.send(answer.text, event);
    else {
      this.waiting = event;
      answer.wait(this);
    }
  }

  end(error: Error | null): void {
    if (this.isOver) return;
    this.isOver = true;
    if (error === null) {
      this.sink?.finish(null, false);
      return;
    }
    const told = this.maskError(error, this.report.requestId);
    this.report.note([told]);
    this.sink?.finish(told, told.extensions.code === 'SLOW_CONSUMER');
  }

  onAnswer({ text }: Answer): void {
    const event = this.waiting;
    this.waiting = null;
    if (event === null || text === null) return;
    this.send(text, event);
    this.events.resume();
  }

  private send(text: Buffer, { cursor }: ExportEvent): void {
    if (!this.isOver) this.sink?.next(text, cursor);
  }
}
