import { type ExecutionResult, execute } from 'graphql';
import type { ExportEvent } from '../export/events.ts';
import type { GatewayContext } from '../graphql/context.ts';
import { inRequestScope } from '../telemetry/scope.ts';
import type { createErrorMask } from './errors.ts';
import type { Look } from './selection-key.ts';

interface AnswerListener {
  onAnswer(answer: SharedAnswer): void;
}

/** What everybody with one look is shown of one event: resolved once, and serialised once. */
export class SharedAnswer {
  readonly result: Promise<ExecutionResult>;
  /** The result as JSON; null until it is there. */
  text: Buffer | null = null;
  /** Why there will be none. */
  failure: Error | null = null;
  private listeners: AnswerListener[] = [];

  constructor(result: Promise<ExecutionResult>) {
    this.result = result;
    result.then(
      (settled) => this.settle(Buffer.from(serialise(settled)), null),
      (error: unknown) =>
        this.settle(null, error instanceof Error ? error : new Error('An event could not be resolved.')),
    );
  }

  /** Calls back once, in the order of the calls. */
  wait(listener: AnswerListener): void {
    this.listeners.push(listener);
  }

  private settle(text: Buffer | null, failure: Error | null): void {
    this.text = text;
    this.failure = failure;
    const { listeners } = this;
    this.listeners = [];
    for (const listener of listeners) listener.onAnswer(this);
  }
}

/** The answers to events that somebody still holds. */
export class SharedAnswers {
  private readonly maskError: ReturnType<typeof createErrorMask>;
  private readonly byEvent = new WeakMap<ExportEvent, Map<string, SharedAnswer>>();

  constructor(maskError: ReturnType<typeof createErrorMask>) {
    this.maskError = maskError;
  }

  /** @param forOneEvent - makes the context of any subscriber with that look */
  find(event: ExportEvent, look: Look, forOneEvent: () => GatewayContext): SharedAnswer {
    let byLook = this.byEvent.get(event);
    if (byLook === undefined) {
      byLook = new Map();
      this.byEvent.set(event, byLook);
    }
    let answer = byLook.get(look.name);
    if (answer === undefined) {
      answer = new SharedAnswer(this.resolve(event, look, forOneEvent()));
      byLook.set(look.name, answer);
    }
    return answer;
  }

  /** In a scope of its own: errors name the event's own request id, not that of whoever happened to be first. */
  private resolve(
    event: ExportEvent,
    { args }: Look,
    contextValue: GatewayContext,
  ): Promise<ExecutionResult> {
    const resolve = async (): Promise<ExecutionResult> => {
      const result = this.mask(await execute({ ...args, rootValue: event, contextValue }));
      // Yoga's SSE asks the result itself for its text.
      return Object.defineProperty(result, 'stringify', { value: () => serialise(result) });
    };
    return inRequestScope(resolve, { tenant: contextValue.tenant });
  }

  /** The result with its errors as callers may see them. */
  mask(result: ExecutionResult): ExecutionResult {
    return result.errors === undefined ? result : { ...result, errors: result.errors.map(this.maskError) };
  }
}

const texts = new WeakMap<ExecutionResult, string>();

/** The serialised form of a result, made once however many subscribers it goes to. */
export function serialise(result: ExecutionResult): string {
  const known = texts.get(result) ?? JSON.stringify(result);
  texts.set(result, known);
  return known;
}
