import type { IncomingMessage } from 'node:http';
import type { AccessFault } from '../access/authenticate.ts';
import type { Caller } from '../access/caller.ts';
import type { WorkScope } from '../export/ports.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/tools.ts';
import { LogLimiter } from '../telemetry/log-limiter.ts';
import { toScopeFields } from '../telemetry/scope.ts';
import { type Subject, UNKNOWN_SUBJECT } from './documents.ts';
import { codesOf, type FormattedError } from './errors.ts';

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
  readonly scope: Partial<WorkScope>;
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
  ['BAD_REQUEST', 'unreadable'],
]);

/**
 * Tells log and metrics what was asked and how it ended: one line per operation, two per subscription. Never a document, a variable
 * or an id.
 */
export class OperationReports {
  private readonly settings: OperationReportsSettings;
  private readonly refusalLines: LogLimiter;

  constructor(settings: OperationReportsSettings) {
    this.settings = settings;
    this.refusalLines = new LogLimiter(settings.clock);
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
    this.settings.log.info(
      { ...toScopeFields(scope), type, ...toName(name), transport, clientAddress },
      'A subscription has begun.',
    );
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
    this.settings.onFinished(asked, ending);
    const { log } = this.settings;
    if (!log.isEnabled('info')) return;
    // Put together field by field: every operation has this line.
    const fields: Record<string, unknown> = toScopeFields(scope);
    fields.type = type;
    if (name !== null) fields.name = name;
    fields.transport = transport;
    fields.outcome = outcome;
    if (codes.length > 0) fields.codes = codes;
    if (why !== undefined) fields.why = why;
    fields.durationMs = durationMs;
    fields.clientAddress = clientAddress;
    log.info(fields, type === 'subscription' ? 'A subscription has ended.' : 'An operation has ended.');
  }

  /** For requests that are refused before their path is looked at. */
  onRefused(clientAddressOf: (request: IncomingMessage) => string) {
    return (
      reason: RefusalReason,
      {
        request,
        transport,
        requestId,
      }: {
        readonly request: IncomingMessage;
        readonly transport: Transport;
        readonly requestId: string | null;
      },
    ): void =>
      this.refused(reason, { scope: { requestId }, transport, clientAddress: clientAddressOf(request) });
  }

  /**
   * Anybody can be refused as often as he likes: all are counted, and so many are logged.
   *
   * @param why - what exactly was wrong, for the log alone
   */
  refused(reason: RefusalReason, { scope, transport, clientAddress }: Asked, why?: AccessFault): void {
    this.settings.onRefused(reason, transport);
    const leftOut = this.refusalLines.take(scope.tenant ?? '');
    if (leftOut === null) return;
    const more = leftOut === 0 ? {} : { leftOut };
    const exactly = why === undefined ? {} : { why };
    this.settings.log.info(
      { ...toScopeFields(scope), reason, ...exactly, transport, clientAddress, ...more },
      'A request was refused.',
    );
  }
}

function toName(name: string | null): { readonly name?: string } {
  return name === null ? {} : { name };
}

/** Who asks, and over what: one for each HTTP request, one for each websocket. */
export interface Origin {
  /** As it is now: a websocket's may be renewed. */
  readonly caller: Caller;
  readonly transport: Transport;
  readonly clientAddress: string;
}

/** Why an operation is over, where it ended without errors. */
export type EndReason = 'completed' | 'unsubscribed' | 'disconnected';

const NO_CODES: readonly string[] = [];

/** The report of one operation: from the moment it is asked for until its answer was sent, or nobody waits for it any more. */
export class OperationReport {
  /** Stands in its errors, and in the log lines about it. */
  readonly requestId: string;
  /** Which operation it is, once that is known. */
  subject: Subject = UNKNOWN_SUBJECT;
  private readonly reports: OperationReports;
  private readonly origin: Origin;
  /** The moment at which it came, before it waited for its turn: see `ContextOrigin`. */
  readonly askedAt: number;
  private readonly startedAt: number;
  private codes = NO_CODES;
  private isOver = false;

  constructor(reports: OperationReports, origin: Origin, requestId: string, askedAt: number) {
    this.reports = reports;
    this.origin = origin;
    this.requestId = requestId;
    this.askedAt = askedAt;
    this.startedAt = reports.now();
  }

  /** Whose log lines are whose. */
  get scope(): WorkScope {
    const { tenant, name } = this.origin.caller;
    return { requestId: this.requestId, tenant, caller: name };
  }

  /** What the caller is told of errors: those of the whole answer, or the one that ends a stream. */
  note(errors: readonly FormattedError[]): void {
    if (errors.length > 0) this.codes = codesOf(errors);
  }

  /** Its stream has begun. */
  begun(): void {
    this.reports.begun(this.asked, this.subject);
  }

  /** It is over; only the first reason counts. */
  end(reason: EndReason): void {
    if (this.isOver) return;
    this.isOver = true;
    const { subject, reports } = this;
    // What became of a query says nothing where nobody waited for it: it was given up half-way.
    const isGivenUp = reason !== 'completed' && (subject.type === 'query' || subject.type === 'mutation');
    const codes = isGivenUp ? NO_CODES : this.codes;
    const [code] = codes;
    const untroubled = reason === 'completed' ? 'ok' : 'left';
    reports.finished(this.asked, {
      subject,
      codes,
      outcome: code === undefined ? untroubled : 'errors',
      why: subject.type === 'subscription' ? (code ?? reason) : undefined,
      durationMs: reports.now() - this.startedAt,
    });
  }

  /** Nothing of it is run, and why is no affair of the operation's. */
  refused(reason: RefusalReason): void {
    this.isOver = true;
    this.reports.refused(reason, this.asked);
  }

  private get asked(): Asked {
    const { transport, clientAddress } = this.origin;
    return { scope: this.scope, transport, clientAddress };
  }
}
