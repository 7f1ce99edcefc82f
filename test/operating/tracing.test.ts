import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  hi,
  type LiveGateway,
  startLiveGateway,
  toHiAccount,
} from '../graphql/subscriptions/live-gateway.ts';
import { Peer } from '../graphql/subscriptions/peer.ts';

const READ = 'query Read($locators: [ExportLocator!]!) { exports(locators: $locators) { status } }';
const WATCH = `subscription Watch($locators: [ExportLocator!]!) {
  exportEvents(locators: $locators) { __typename }
}`;
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${TRACE_ID}-b7ad6b7169203331-01`;

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
let gateway: LiveGateway;

beforeAll(() => provider.register());
afterAll(async () => {
  await provider.shutdown();
  for (const api of [trace, context, propagation]) api.disable();
});
beforeEach(async () => {
  gateway = await startLiveGateway({
    accounts: (url) => [toHiAccount(url, { key: 'second' })],
  });
  gateway.say(1, { status: 'processing' });
  gateway.say(2, { status: 'processing' });
  exporter.reset();
});
afterEach(() => gateway[Symbol.asyncDispose]());

const one = (id: number, account = 'hi') => ({ locators: [hi(id, account)] });

/** Waits until so many spans of this name have ended. */
async function spansOf(name: string, count = 1): Promise<readonly ReadableSpan[]> {
  const find = () => exporter.getFinishedSpans().filter((span) => span.name === name);
  await expect.poll(() => find().length).toBeGreaterThanOrEqual(count);
  return find();
}

async function spanOf(name: string): Promise<ReadableSpan> {
  const [span] = await spansOf(name);
  if (span === undefined) throw new Error(`There is no span ${name}.`);
  return span;
}

const parentOf = ({ parentSpanContext }: ReadableSpan) => parentSpanContext?.spanId;
const idOf = (span: ReadableSpan) => span.spanContext().spanId;
const traceOf = (span: ReadableSpan) => span.spanContext().traceId;

describe('the trace of a query', () => {
  it('goes from the operation over the read to the vendor call', async () => {
    await gateway.query(READ, one(1));

    const operation = await spanOf('query Read');
    const read = await spanOf('read');
    const call = await spanOf('GET');
    expect([parentOf(operation), parentOf(read), parentOf(call)]).toEqual([
      undefined,
      idOf(operation),
      idOf(read),
    ]);
    expect(operation.kind).toBe(SpanKind.SERVER);
    expect(operation.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Read',
      'waybill.tenant': 'default',
    });
    expect(read.attributes).toEqual({
      'waybill.vendor': 'hi-energy',
      'waybill.account': 'hi',
      'waybill.exports': 1,
    });
    expect(call.kind).toBe(SpanKind.CLIENT);
    expect(call.attributes).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(gateway.vendor.url).port),
      'waybill.vendor': 'hi-energy',
      'waybill.account': 'hi',
      'waybill.purpose': 'api',
    });
  });

  it('belongs to the trace that the caller names, over HTTP and over a websocket', async () => {
    await gateway.query(READ, one(1), { headers: { traceparent: TRACEPARENT } });
    await using peer = await Peer.connect(gateway.url);
    const extensions = { traceparent: TRACEPARENT };
    const answered = peer.next(({ type }) => type === 'complete');
    peer.send({ type: 'subscribe', id: '1', payload: { query: READ, variables: one(2), extensions } });
    await answered;

    const operations = await spansOf('query Read', 2);
    const calls = await spansOf('GET', 2);
    for (const span of [...operations, ...calls]) expect(traceOf(span)).toBe(TRACE_ID);
    for (const span of operations) expect(parentOf(span)).toBe('b7ad6b7169203331');
  });

  it.each([
    ['nothing', ''],
    ['a word', 'no trace'],
    ['zeros', '00-0-0-0'],
    ['two at once', `${TRACEPARENT},${TRACEPARENT}`],
    ['5,000 strange characters', '\u00ff'.repeat(5_000)],
  ])('is its own where the caller names %s', async (_what, traceparent) => {
    await gateway.query(READ, one(1), { headers: { traceparent } });

    const operation = await spanOf('query Read');
    expect(parentOf(operation)).toBeUndefined();
    expect(traceOf(operation)).not.toBe(TRACE_ID);
  });

  it('has one read for each account, whatever DataLoader puts together', async () => {
    await gateway.query(READ, { locators: [hi(1, 'hi'), hi(1, 'second'), hi(2, 'hi')] });

    const operation = await spanOf('query Read');
    const reads = await spansOf('read', 2);
    const calls = await spansOf('GET', 2);
    expect(reads.map(parentOf)).toEqual([idOf(operation), idOf(operation)]);
    for (const call of calls) expect(reads.map(idOf)).toContain(parentOf(call));
    expect(reads.map(({ attributes }) => attributes['waybill.exports']).sort()).toEqual([1, 2]);
  });

  it('says that a read was shared, whose call stands in the trace of whoever asked first', async () => {
    const answers = await Promise.all([gateway.query(READ, one(1)), gateway.query(READ, one(1))]);

    expect(answers.map(({ data }) => data.exports[0].status)).toEqual(['RUNNING', 'RUNNING']);
    const reads = await spansOf('read', 2);
    const calls = await spansOf('GET');
    const sharing = reads.filter(({ attributes }) => attributes['waybill.exports_shared'] === 1);
    // Both may have come so far apart that nothing was to be shared.
    expect(calls).toHaveLength(reads.length - sharing.length);
    for (const call of calls) expect(reads.map(idOf)).toContain(parentOf(call));
  });

  it('tells an error by its code, and each attempt by its number', async () => {
    gateway.say(1, { reply: { status: 503 } });
    await gateway.query(READ, one(1));

    const calls = await spansOf('GET', 3);
    expect(calls.map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([undefined, 1, 2]);
    expect(calls[0]?.attributes).toMatchObject({ 'error.type': '503' });
    expect((await spanOf('query Read')).attributes).toMatchObject({ 'error.type': 'VENDOR_UNAVAILABLE' });
  });

  it('holds no id, no path, no variable and no key, and is not told to the vendor', async () => {
    gateway.say(777_123, { status: 'completed' });
    await gateway.query(READ, one(777_123), { headers: { traceparent: TRACEPARENT } });
    await spanOf('query Read');

    const told = exporter.getFinishedSpans().map(({ name, attributes, events, status, links }) => ({
      name,
      attributes,
      events,
      status,
      links,
    }));
    expect(JSON.stringify(told)).not.toMatch(/777123|api\/v1|key-1|locator/);
    for (const { headers } of gateway.vendor.requests) {
      expect(headers).not.toHaveProperty('traceparent');
      expect(headers).not.toHaveProperty('tracestate');
    }
  });
});

describe('the trace of a subscription', () => {
  it('tells of its beginning; polls are traces of their own that name it', async () => {
    await using peer = await Peer.connect(gateway.url);
    peer.send({ type: 'subscribe', id: '1', payload: { query: WATCH, variables: one(1) } });
    await gateway.nextPolls(1, 3);

    const subscription = await spanOf('subscription Watch');
    const polls = await spansOf('poll', 2);
    const reads = await spansOf('read', 2);
    const calls = await spansOf('GET', 2);
    for (const poll of polls) {
      expect(parentOf(poll)).toBeUndefined();
      expect(traceOf(poll)).not.toBe(traceOf(subscription));
      expect(poll.links.map((link) => link.context.spanId)).toEqual([idOf(subscription)]);
    }
    for (const read of reads.slice(0, 2)) expect(polls.map(idOf)).toContain(parentOf(read));
    for (const call of calls.slice(0, 2)) expect(polls.map(traceOf)).toContain(traceOf(call));
  });

  it('over SSE ends when the stream has begun', async () => {
    const leaving = new AbortController();
    await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      signal: leaving.signal,
      headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({ query: WATCH, variables: one(1) }),
    });

    const subscription = await spanOf('subscription Watch');
    const [poll] = await spansOf('poll');
    expect(poll?.links.map((link) => link.context.spanId)).toEqual([idOf(subscription)]);
    leaving.abort();
  });
});
