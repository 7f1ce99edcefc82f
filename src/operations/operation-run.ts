import { markFailed, type Span } from '../telemetry/spans.ts';
import { codesOf } from './error-codes.ts';
import type { Asked, Ending, OperationReports } from './reports.ts';
import { type Subject, toSpanName, UNKNOWN_SUBJECT } from './subject.ts';

/** Content Too Large: the body was longer than its own header said. */
const TOO_LARGE = 413;

/** One operation that came over HTTP, from its first byte to the last of its answer. */
export class OperationRun {
  private readonly reports: OperationReports;
  private readonly asked: Asked;
  private readonly span: Span;
  private readonly startedAt: number;
  private subject = UNKNOWN_SUBJECT;
  private codes: readonly string[] = [];
  private isStream = false;
  private hasResult = false;

  constructor(reports: OperationReports, asked: Asked, span: Span) {
    this.reports = reports;
    this.asked = asked;
    this.span = span;
    this.startedAt = reports.now();
  }

  /** Now it is known which operation it is. */
  is(subject: Subject): void {
    const { type, name } = subject;
    this.subject = subject;
    this.span.updateName(toSpanName(subject));
    this.span.setAttributes({
      'graphql.operation.type': type,
      ...(name === null ? {} : { 'graphql.operation.name': name }),
    });
  }

  /** What the caller is told of errors: those of the whole answer, or the one that ends a stream. */
  note(errors: readonly unknown[]): void {
    this.codes = codesOf(errors);
    if (this.codes[0] !== undefined) markFailed(this.span, this.codes[0]);
  }

  /** There is an answer. A span tells of a stream's beginning only: it may live for days. */
  answered({ isStream }: { readonly isStream: boolean }): void {
    this.hasResult = true;
    this.isStream = isStream;
    if (!isStream) return;
    this.reports.begun(this.streamed, this.subject);
    this.span.end();
  }

  /**
   * The answer has been sent, or nobody reads it any more.
   *
   * @param status - of the answer
   */
  end(isSent: boolean, status: number): void {
    if (this.isStream) this.reports.finished(this.streamed, this.ending(isSent, 'completed', 'disconnected'));
    else if (status === TOO_LARGE) this.reports.refused('too_large', this.asked);
    else if (this.hasResult || !isSent) this.reports.finished(this.asked, this.ending(isSent));
    else this.reports.refused('unreadable', this.asked);
  }

  private get streamed(): Asked {
    return { ...this.asked, transport: 'sse' };
  }

  private ending(isSent: boolean, completed?: string, disconnected?: string): Ending {
    const { subject, codes } = this;
    const durationMs = this.reports.now() - this.startedAt;
    if (codes[0] !== undefined)
      return { subject, codes, outcome: 'errors', why: completed && codes[0], durationMs };
    const why = isSent ? completed : disconnected;
    return { subject, codes, outcome: isSent ? 'ok' : 'left', why, durationMs };
  }
}
