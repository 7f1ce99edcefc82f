import { connect } from 'node:net';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import type { FaultKind, FaultOrder } from '../../simulator/faults.ts';
import { startSimulators } from '../../simulator/server.ts';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createVendorClient } from './starting.ts';
import { call, startToy, TOY_ANSWER } from './toy-vendor.ts';

const PATH = '/talkdesk/data/reports/calls/jobs';

/** A server whose next start is answered badly. */
async function startWithLoss(order: Omit<FaultOrder, 'vendor'>) {
  const clock = createManualClock();
  const server = await startToy({ clock });
  server.simulators.faults.order({ vendor: 'talkdesk', ...order });
  return { ...server, clock, target: `${server.simulators.url}${PATH}` };
}

/** All that comes back over one connection, to the byte. @param method - and path, as in a request line */
async function callRaw(url: string, method: string): Promise<Buffer> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => undefined);
  socket.write(`${method} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(chunks);
}

describe('an answer that is lost', () => {
  it('"lost-answer" is a connection reset before a byte, and the work is done', async () => {
    await using broken = await startWithLoss({ kind: 'lost-answer' });

    await expect(call(broken.target, { method: 'POST' })).rejects.toMatchObject({ code: 'ECONNRESET' });

    expect(broken.toy.requests).toHaveLength(1);
  });

  it('"lost-answer" breaks off at any byte asked for, and the work is done each time', async () => {
    await using server = await startToy();
    const { url, faults } = server.simulators;
    const read = async (afterBytes: number) => {
      faults.order({ vendor: 'talkdesk', kind: 'lost-answer', afterBytes });
      return (await callRaw(url, `POST ${PATH}`)).toString();
    };

    const whole = await read(1_000_000);
    const pieces: string[] = [];
    for (let length = 0; length <= whole.length; length += 1) pieces.push(await read(length));

    expect(whole).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(whole.endsWith(`\r\n\r\n${JSON.stringify(TOY_ANSWER)}`)).toBe(true);
    expect(pieces).toEqual(pieces.map((_, length) => whole.slice(0, length)));
    expect(server.toy.requests).toHaveLength(whole.length + 2);
  });

  it('"lost-after-head" is the head of the true answer and nothing of its body', async () => {
    await using broken = await startWithLoss({ kind: 'lost-after-head' });

    const answer = await request(broken.target, { method: 'POST' });

    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-length']).toBe(String(JSON.stringify(TOY_ANSWER).length));
    await expect(answer.body.text()).rejects.toThrow();
    expect(broken.toy.requests).toHaveLength(1);
  });

  it('"lost-after-head" of an answer without a body is a head without its end', async () => {
    await using server = await startToy();
    server.simulators.faults.order({ vendor: 'talkdesk', kind: 'lost-after-head', pathPrefix: '/nothing' });

    await expect(call(`${server.simulators.url}/talkdesk/nothing`, { method: 'POST' })).rejects.toThrow();

    expect(server.toy.requests).toHaveLength(1);
  });

  it('"unreadable-answer" is a good status with what is no JSON, and the work is done', async () => {
    await using broken = await startWithLoss({ kind: 'unreadable-answer' });

    const answer = await call(broken.target, { method: 'POST' });

    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain('application/json');
    expect(() => JSON.parse(answer.text)).toThrow(SyntaxError);
    expect(broken.toy.requests).toHaveLength(1);
  });

  it('"answers-500-but-accepts" is 500 in the vendor\'s own words, and the work is done', async () => {
    await using broken = await startWithLoss({ kind: 'answers-500-but-accepts' });

    const answer = await call(broken.target, { method: 'POST' });

    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.text)).toEqual({ code: '500', message: 'as Talkdesk says it' });
    expect(broken.toy.requests).toHaveLength(1);
  });

  it('"hangs-but-accepts" is silence, and the work is done', async () => {
    await using broken = await startWithLoss({ kind: 'hangs-but-accepts' });
    const leaving = new AbortController();
    const pending = request(broken.target, { method: 'POST', signal: leaving.signal }).then(
      () => 'answered',
      (error: Error) => error.name,
    );

    await expect.poll(() => broken.toy.requests).toHaveLength(1);
    await broken.clock.advance(3_600_000);
    leaving.abort();

    expect(await pending).toBe('AbortError');
  });

  it('is lost late with "delayMs", and the work is done though the caller has left', async () => {
    await using broken = await startWithLoss({ kind: 'lost-answer', delayMs: 5_000 });
    const leaving = new AbortController();
    const pending = request(broken.target, { method: 'POST', signal: leaving.signal }).catch(
      (error: Error) => error.name,
    );
    await expect.poll(() => broken.clock.pending).toBe(1);
    leaving.abort();
    expect(await pending).toBe('AbortError');
    expect(broken.toy.requests).toHaveLength(0);

    await broken.clock.advance(5_000);

    await expect.poll(() => broken.toy.requests).toHaveLength(1);
  });

  it.each(['unreadable-answer', 'answers-500-but-accepts'] as const)(
    '"%s" leaves a refusal as it is: there is nothing to lose',
    async (kind) => {
      await using simulators = await startSimulators();
      simulators.faults.order({ vendor: 'hi-energy', kind });

      const answer = await createVendorClient(simulators, 'hi-energy').start({ body: {} });

      expect(answer.status).toBe(422);
      expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'VALIDATION_ERROR' } });
      expect(simulators.faults.list()).toEqual([]);
    },
  );
});

describe('which call it is lost from', () => {
  it('is a start, unless told otherwise', async () => {
    await using broken = await startWithLoss({ kind: 'answers-500-but-accepts' });
    const { url, faults } = broken.simulators;

    const reads = [await call(broken.target), await call(`${broken.target}/1`)];
    const cancel = await call(`${url}/talkdesk/data/reports/calls/files/1`, { method: 'DELETE' });
    const start = await call(broken.target, { method: 'POST' });

    expect([...reads, cancel, start].map(({ status }) => status)).toEqual([200, 200, 200, 500]);
    expect(faults.list()).toEqual([]);
  });

  it.each(['cancel', 'status'] as const)('can be a call of the kind "%s"', async (kind) => {
    await using broken = await startWithLoss({ kind: 'answers-500-but-accepts', call: kind });

    const start = await call(broken.target, { method: 'POST' });
    const told =
      kind === 'status'
        ? await call(`${broken.target}/1`)
        : await call(broken.target.replace(/jobs$/, 'files/1'), { method: 'DELETE' });

    expect([start.status, told.status]).toEqual([200, 500]);
  });
});

describe('the header x-simulate of a start', () => {
  it.each([
    ['answers-500-but-accepts', undefined],
    ['slow, answers-500-but-accepts', 'slow'],
    [' Answers-500-But-Accepts ,failed,slow', 'failed,slow'],
  ])('orders a loss by %j, and the vendor sees %j', async (header, seen) => {
    await using server = await startToy();

    const answer = await call(`${server.simulators.url}${PATH}`, {
      method: 'POST',
      headers: { 'x-simulate': header },
    });

    expect(answer.status).toBe(500);
    expect(server.toy.requests.map(({ headers }) => headers['x-simulate'])).toEqual([seen]);
  });

  it('is left as it is where it orders none, and on a read', async () => {
    await using server = await startToy();
    const url = `${server.simulators.url}${PATH}`;

    await call(url, { method: 'POST', headers: { 'x-simulate': 'Slow , failed' } });
    const read = await call(url, { headers: { 'x-simulate': 'lost-answer' } });

    expect(read.status).toBe(200);
    expect(server.toy.requests.map(({ headers }) => headers['x-simulate'])).toEqual([
      'Slow , failed',
      'lost-answer',
    ]);
  });

  it('can come from the fault "simulate", for callers that cannot send it', async () => {
    await using broken = await startWithLoss({ kind: 'simulate', words: 'slow,answers-500-but-accepts' });

    const read = await call(broken.target);
    const start = await call(broken.target, { method: 'POST' });

    expect([read.status, start.status]).toEqual([200, 500]);
    expect(broken.toy.requests.map(({ headers }) => headers['x-simulate'])).toEqual([undefined, 'slow']);
  });
});

/** What a caller is told, where it is told anything. */
const TOLD = {
  'lost-answer': [],
  'lost-after-head': [],
  'unreadable-answer': [200, 201, 202],
  'answers-500-but-accepts': [500],
} as const satisfies Partial<Record<FaultKind, readonly number[]>>;

describe.each(CODED_VENDOR_IDS)('an order to %s whose answer is lost', (vendor) => {
  it.each(Object.entries(TOLD))('by "%s" made one job, which goes on', async (kind, statuses) => {
    await using simulators = await startSimulators({ clock: createManualClock() });
    const client = createVendorClient(simulators, vendor);
    simulators.faults.order({ vendor, kind: kind as FaultKind });

    const told = await client.start().then(
      ({ status }) => status,
      () => undefined,
    );

    expect(statuses.length === 0 ? [undefined] : statuses).toContain(told);
    const { count, orders } = simulators.orders.read()[vendor];
    expect(count).toBe(1);
    const looked = await client.look(orders[0]?.ids ?? {});
    expect([200, 202]).toContain(looked.status);
    expect(JSON.stringify(looked.text)).toMatch(/NotStarted|pending|created|Initializing/);
  });

  it('by its own header made one job', async () => {
    await using simulators = await startSimulators();
    const client = createVendorClient(simulators, vendor);

    await expect(client.start({ headers: { 'x-simulate': 'lost-answer' } })).rejects.toThrow();

    expect(simulators.orders.read()[vendor].count).toBe(1);
  });
});
