import { inRequestScope, outsideRequests, type RequestScope } from '../telemetry/scope.ts';
import { type Context, markFailed, type Span, type SpanPlan } from '../telemetry/spans.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import { describeError } from './errors.ts';
import type { Transport } from './transport.ts';
import type { AccountClientSettings, VendorCall } from './types.ts';

/** An address that an account speaks to: its API, or its token endpoint. */
export interface Destination {
  readonly purpose: VendorCall['purpose'];
  readonly transport: Transport;
  readonly breaker: CircuitBreaker;
}

/** Refusals that somebody has to do something about; that an export is not there is no news. */
const LOGGED_STATUSES: ReadonlySet<number> = new Set([401, 403, 429]);

/** How an attempt went. */
export interface AttemptFacts extends Omit<VendorCall, 'vendor' | 'account'> {
  /** Why there was no answer. */
  readonly error: unknown;
  /** Counted from 1. */
  readonly attempt: number;
  readonly span: Span | undefined;
}

/**
 * One count, what the span tells, and one line in the log.
 *
 * @param scope - whose request it is: an answer comes in the turn of a connection, which knows nothing of it
 */
export function reportAttempt(
  { vendor, account, onCall, tools: { log } }: AccountClientSettings,
  scope: RequestScope | undefined,
  { purpose, outcome, error, attempt, durationMs, waits, span }: AttemptFacts,
): void {
  onCall?.({ vendor, account, purpose, outcome, durationMs, waits });
  const isStatus = typeof outcome === 'number';
  if (span !== undefined) {
    if (isStatus) span.setAttribute('http.response.status_code', outcome);
    if (!isStatus || outcome >= 400) markFailed(span, String(outcome));
  }
  const isLogged = isStatus ? outcome >= 500 || LOGGED_STATUSES.has(outcome) : outcome !== 'aborted';
  if (!log.isEnabled(isLogged ? 'warn' : 'debug')) return;
  const fields = { vendor, account, purpose, outcome, attempt, durationMs };
  const cause = error === undefined ? {} : { cause: describeError(error) };
  const write = (): void =>
    isLogged ? log.warn({ ...fields, ...cause }, 'vendor call failed') : log.debug(fields, 'vendor call');
  if (scope === undefined) outsideRequests(write);
  else inRequestScope(write, scope);
}

/** Neither path nor query: ids stand in them. */
export function toSpanPlan(
  { vendor, account }: AccountClientSettings,
  { purpose, transport }: Destination,
  { method, attempt, parent }: { method: string; attempt: number; parent: Context | undefined },
): SpanPlan {
  const { hostname, port } = transport.address;
  const attributes = {
    'http.request.method': method,
    'server.address': hostname,
    'server.port': port,
    'waybill.vendor': vendor,
    'waybill.account': account,
    'waybill.purpose': purpose,
    ...(attempt > 1 ? { 'http.request.resend_count': attempt - 1 } : {}),
  };
  return { name: method, kind: 'client', attributes, parent };
}
