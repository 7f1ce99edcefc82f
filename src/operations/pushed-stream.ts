import type { ExecutionResult } from 'graphql';
import type { ToStreamError } from '../access/sessions.ts';
import type { ExportEvent } from '../export/events.ts';
import type { GatewayContext } from '../graphql/context.ts';
import type { EventSink } from '../watch/channel.ts';
import type { EventSource } from '../watch/event-stream.ts';
import type { Look } from './selection-key.ts';
import type { SharedAnswer, SharedAnswers } from './shared-answers.ts';

/** Where one operation's answers go directly, so that no answer costs its subscriber a promise. */
export interface Outlet {
  /** False while the peer has not taken what it was sent. */
  readonly isReady: boolean;
  /** @param text - the answer as JSON, shared with other outlets */
  send(text: Buffer): void;
  /** Resumes the stream each time it is ready again, and ends it when the operation is over. */
  attach(stream: Attached): void;
}

/** A stream as its outlet sees it. */
export interface Attached {
  resume(): void;
  /** See `EventSource`. */
  warn(expiresAt: number): void;
  fail(toError: ToStreamError): void;
  return(): Promise<unknown>;
}

export interface PushedStreamSettings {
  readonly events: EventSource;
  readonly answers: SharedAnswers;
  readonly look: Look;
  /** Makes a context for resolving one event. */
  readonly forOneEvent: () => GatewayContext;
  readonly outlet: Outlet;
}

/**
 * One subscription whose answers are pushed into its outlet.
 *
 * To whoever iterates it, it is a stream without values: the first `next()` starts it and answers when it has ended, or rejects
 * where it ends with an error. One answer is under way at a time; what happens meanwhile waits in the bounded channel.
 */
export class PushedStream implements AsyncIterableIterator<ExecutionResult, undefined>, EventSink, Attached {
  private readonly settings: PushedStreamSettings;
  private isResolving = false;
  private isOver = false;
  private settle: ((step: IteratorResult<never, undefined> | Promise<never>) => void) | null = null;

  constructor(settings: PushedStreamSettings) {
    this.settings = settings;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    if (this.isOver || this.settle !== null) return Promise.resolve({ done: true, value: undefined });
    const ended = new Promise<IteratorResult<never, undefined>>((resolve) => {
      this.settle = resolve;
    });
    const { events, outlet } = this.settings;
    outlet.attach(this);
    events.pipe(this);
    return ended;
  }

  async return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.end(null);
    await this.settings.events.return?.();
    return { done: true, value: undefined };
  }

  resume(): void {
    this.settings.events.resume();
  }

  warn(expiresAt: number): void {
    this.settings.events.warn(expiresAt);
  }

  fail(toError: ToStreamError): void {
    this.settings.events.fail(toError);
  }

  get isReady(): boolean {
    return !this.isResolving && this.settings.outlet.isReady;
  }

  take(event: ExportEvent): void {
    const { answers, look, forOneEvent } = this.settings;
    const answer = answers.find(event, look, forOneEvent);
    if (answer.text !== null) this.send(answer.text);
    else {
      this.isResolving = true;
      answer.wait(this);
    }
  }

  /** The answer that was waited for is there, or could not be made. */
  onAnswer({ text, failure }: SharedAnswer): void {
    this.isResolving = false;
    if (text !== null) {
      this.send(text);
      this.settings.events.resume();
    } else if (!this.isOver) {
      this.end(failure);
      void this.settings.events.return?.();
    }
  }

  end(error: Error | null): void {
    // Once only: nobody would ever look at the rejection of a second end, and one such ends the process.
    if (this.isOver) return;
    this.isOver = true;
    this.settle?.(error === null ? { done: true, value: undefined } : Promise.reject(error));
  }

  private send(text: Buffer): void {
    if (!this.isOver) this.settings.outlet.send(text);
  }
}
