import {
  type Attributes,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  type Link,
  ProxyTracerProvider,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

export type { Attributes, Context, Span } from '@opentelemetry/api';

/*
 * Tracing, through OpenTelemetry's API alone: without an SDK in the process every function here is as good as empty. An attribute
 * never holds an id, a path, a variable or a secret.
 */

/** Where work was begun that goes on in traces of its own; made only where somebody records. */
export type SpanOrigin = Link['context'];

export interface SpanPlan {
  readonly name: string;
  /** `server`: somebody asked us; `client`: we ask somebody. Default: neither. */
  readonly kind?: 'server' | 'client';
  readonly attributes?: Attributes;
  /** What the span belongs to; default: the span under way. */
  readonly parent?: Context | undefined;
  /** A trace of its own, which tells what led to it. */
  readonly isRoot?: boolean;
  readonly links?: readonly SpanOrigin[];
}

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;

// Asks whatever SDK there is by the time of a span: one may be registered later.
const tracer = trace.getTracer('waybill');

/** What the API gives where no SDK is registered. */
const NO_PROVIDER = new ProxyTracerProvider().getDelegate();
/** The span while no SDK is registered: it keeps nothing. */
const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/** False where no SDK is registered: then spans, their attributes and links need not be put together. */
export function isTracing(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegate() !== NO_PROVIDER;
}

/**
 * Runs work inside a span of its own, which ends with the work if not before; everything the work awaits is inside too. While no
 * SDK is registered, it is the work alone.
 */
export function inSpan<Result>(plan: SpanPlan, work: (span: Span) => Promise<Result>): Promise<Result> {
  if (!isTracing()) return work(NO_SPAN);
  const { parent = context.active() } = plan;
  return tracer.startActiveSpan(plan.name, toOptions(plan), parent, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      markFailed(span, toErrorType(error));
      throw error;
    } finally {
      if (span.isRecording()) span.end();
    }
  });
}

/** A span that is under way and ended by hand. */
export interface OpenSpan {
  readonly span: Span;
  /** Runs what belongs to it. */
  run<Result>(work: () => Result): Result;
}

/** Begins a span that is to be ended by hand; `undefined` while no SDK is registered. */
export function openSpan(plan: () => SpanPlan): OpenSpan | undefined {
  if (!isTracing()) return undefined;
  const made = plan();
  const { parent = context.active() } = made;
  const span = tracer.startSpan(made.name, toOptions(made), parent);
  const inside = trace.setSpan(parent, span);
  return { span, run: (work) => context.with(inside, work) };
}

/** The span under way, for work that goes on in a callback of another call; `undefined` while no SDK is registered. */
export function currentContext(): Context | undefined {
  return isTracing() ? context.active() : undefined;
}

function toOptions({ kind, attributes = {}, isRoot: root = false, links = [] }: SpanPlan) {
  return {
    kind: kind === undefined ? SpanKind.INTERNAL : KINDS[kind],
    attributes,
    root,
    links: links.map((origin) => ({ context: origin })),
  };
}

/** @param type - a code or the name of an error, never its message */
export function markFailed(span: Span, type: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The trace that a caller says its request belongs to, by its headers `traceparent` and `tracestate`. */
export function parentFrom(headers: unknown): Context {
  const isMapping = typeof headers === 'object' && headers !== null;
  return isMapping ? propagation.extract(ROOT_CONTEXT, headers) : ROOT_CONTEXT;
}

/** The span under way, for a link to it; null while no SDK is registered. */
export function currentOrigin(): SpanOrigin | null {
  if (!isTracing()) return null;
  const span = trace.getSpanContext(context.active());
  return span !== undefined && trace.isSpanContextValid(span) ? span : null;
}

/** Runs work that outlives the span which happens to begin it. */
export function outsideSpans<Result>(work: () => Result): Result {
  if (!isTracing()) return work();
  return context.with(ROOT_CONTEXT, work);
}

function toErrorType(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,63}$/.test(code) ? code : error.name;
}
