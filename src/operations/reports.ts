import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/tools.ts';
import { LineBudget } from '../telemetry/log-limiter.ts';
import type { RequestScope } from '../telemetry/scope.ts';
import type { Subject } from './subject.ts';

export type Transport = 'http' | 'sse' | 'websocket';

/** Why a request was refused before it became an operation. */
export type RefusalReason =
  | 'unreadable' // no target, Host, method or body that could be understood
  | 'foreign_host' // asked for by a name that is none of this server's
  | 'forbidden_origin' // a browser's page that may not speak to this server
  | 'media_type' // a body in a form that browsers send without asking
  | 'too_large'
  | 'unauthenticated'
  | 'access_unavailable' // nobody can be told apart now
  | 'rate_limited'
  | 'untrusted' // none of the operations that alone are answered
  | 'too_many_operations' // on one socket
  | 'draining';

/** Who asked, and how. */
export interface Asked {
  readonly scope: Partial<RequestScope>;
  readonly transport: Transport;
  readonly clientAddress: string;
}

/** How an operation has ended. */
export interface Ending {
  readonly subject: Subject;
  /** `left`: whoever asked did not wait for the end. */
  readonly outcome: 'ok' | 'errors' | 'left';
  /** Of its errors. */
  readonly codes: readonly string[];
  /** Of a subscription: why it ended. */
  readonly why?: string | undefined;
  readonly durationMs: number;
}

export interface OperationReportsSettings {
  readonly log: Log;
  readonly clock: Clock;
  /** For metrics. */
  readonly onFinished: (asked: Asked, ending: Ending) => void;
  readonly onRefused: (reason: RefusalReason, transport: Transport) => void;
}

/** Refusals of an operation, by the code that its caller is told. */
const REFUSAL_OF_CODE: ReadonlyMap<string | undefined, RefusalReason> = new Map([
  ['RATE_LIMITED', 'rate_limited'],
  ['OPERATION_NOT_TRUSTED', 'untrusted'],
]);

/**
 * Tells log and metrics what was asked and how it ended: one line per operation, two per subscription. Never a document, a variable
 * or an id.
 */
export class OperationReports {
  private readonly settings: OperationReportsSettings;
  private readonly refusalLines: LineBudget;

  constructor(settings: OperationReportsSettings) {
    this.settings = settings;
    this.refusalLines = new LineBudget(settings.clock);
  }

  /**
   * Whole milliseconds since the process began, by a clock that nobody sets back.
   *
   * So small a number costs a waiting subscription no memory of its own.
   */
  now(): number {
    return Math.round(performance.now());
  }

  /** A subscription that goes on until further notice. */
  begun({ scope, transport, clientAddress }: Asked, { type, name }: Subject): void {
    this.settings.log.info({ ...scope, type, name, transport, clientAddress }, 'A subscription has begun.');
  }

  finished(asked: Asked, ending: Ending): void {
    const { subject, outcome, codes, why, durationMs } = ending;
    const refusal = subject.type === 'unknown' ? REFUSAL_OF_CODE.get(codes[0]) : undefined;
    if (refusal !== undefined) {
      this.refused(refusal, asked);
      return;
    }
    const { scope, transport, clientAddress } = asked;
    const { type, name } = subject;
    const errors = codes.length === 0 ? {} : { codes };
    this.settings.onFinished(asked, ending);
    this.settings.log.info(
      { ...scope, type, name, transport, outcome, ...errors, why, durationMs, clientAddress },
      type === 'subscription' ? 'A subscription has ended.' : 'An operation has ended.',
    );
  }

  /** Anybody can be refused as often as he likes: all are counted, and so many are logged. */
  refused(reason: RefusalReason, { scope, transport, clientAddress }: Asked): void {
    this.settings.onRefused(reason, transport);
    const leftOut = this.refusalLines.take(scope.tenant ?? '');
    if (leftOut === null) return;
    const more = leftOut === 0 ? {} : { leftOut };
    this.settings.log.info({ ...scope, reason, transport, clientAddress, ...more }, 'A request was refused.');
  }
}
