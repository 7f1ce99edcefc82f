import { describe, expect, it } from 'vitest';
import { FAULT_KINDS } from '../../simulator/faults.ts';
import { call, startToy } from './toy-vendor.ts';

async function startDoor() {
  const { simulators, toy } = await startToy();
  return {
    simulators,
    toy,
    api: `${simulators.url}/_simulator`,
    order: (body: unknown) =>
      call(`${simulators.url}/_simulator/faults`, { method: 'POST', body: JSON.stringify(body) }),
    [Symbol.asyncDispose]: () => simulators[Symbol.asyncDispose](),
  };
}

describe('the admin API', () => {
  it('takes an order, lists it, and the fault strikes', async () => {
    await using server = await startDoor();

    const ordered = await server.order({ vendor: 'talkdesk', kind: 'throttle', times: 2 });
    const listed = await call(`${server.api}/faults`);
    const struck = await call(`${server.simulators.url}/talkdesk/x`);
    const left = await call(`${server.api}/faults`);

    expect(ordered.status).toBe(201);
    expect(JSON.parse(listed.text)).toEqual({ faults: [{ vendor: 'talkdesk', kind: 'throttle', times: 2 }] });
    expect(struck.status).toBe(429);
    expect(JSON.parse(left.text).faults[0].times).toBe(1);
  });

  it('clears what was ordered', async () => {
    await using server = await startDoor();
    await server.order({ vendor: 'talkdesk', kind: 'null', times: 9 });

    const cleared = await call(`${server.api}/faults`, { method: 'DELETE' });

    expect(cleared.status).toBe(204);
    expect(server.simulators.faults.list()).toEqual([]);
  });

  it('clears what was ordered for one vendor', async () => {
    await using server = await startDoor();
    for (const vendor of ['talkdesk', 'web-admit']) await server.order({ vendor, kind: 'null', times: 9 });

    const cleared = await call(`${server.api}/faults?vendor=talkdesk`, { method: 'DELETE' });
    const refused = await call(`${server.api}/faults?vendor=sales-force`, { method: 'DELETE' });

    expect([cleared.status, refused.status]).toEqual([204, 400]);
    expect(refused.text).toContain('"vendor" must be one of power-bi');
    expect(server.simulators.faults.list()).toMatchObject([{ vendor: 'web-admit' }]);
  });

  it.each(Object.keys(FAULT_KINDS))('takes the kind %s', async (kind) => {
    await using server = await startDoor();

    const fields: Readonly<Record<string, object>> = {
      status: { status: 500 },
      simulate: { words: 'failed' },
      'lost-answer': { afterBytes: 20 },
    };
    const order = fields[kind] ?? {};

    expect((await server.order({ vendor: 'web-admit', kind, ...order })).status).toBe(201);
  });

  it.each([
    [
      { vendor: 'sales-force', kind: 'null' },
      '"vendor" must be one of power-bi, hi-energy, talkdesk, web-admit',
    ],
    [{ kind: 'null' }, '"vendor" must be one of'],
    [{ vendor: 'talkdesk', kind: 'explode' }, '"kind" must be one of status, throttle, html'],
    [{ vendor: 'talkdesk', kind: 'toString' }, '"kind" must be one of'],
    [{ vendor: 'talkdesk', kind: 'status' }, '"status" (400 to 599) must be given'],
    [{ vendor: 'talkdesk', kind: 'null', status: 500 }, 'and for no other'],
    [{ vendor: 'talkdesk', kind: 'status', status: 200 }, '"status" must be a whole number from 400 to 599'],
    [{ vendor: 'talkdesk', kind: 'null', times: 0 }, '"times" must be a whole number from 1'],
    [
      { vendor: 'talkdesk', kind: 'null', forSeconds: 0 },
      '"forSeconds" must be a whole number from 1 to 3600',
    ],
    [{ vendor: 'talkdesk', kind: 'null', forSeconds: 3_601 }, '"forSeconds" must be a whole number from 1'],
    [{ vendor: 'talkdesk', kind: 'null', times: '3' }, '"times" must be a whole number'],
    [{ vendor: 'talkdesk', kind: 'throttle', retryAfterSeconds: -1 }, '"retryAfterSeconds" must be'],
    [
      { vendor: 'talkdesk', kind: 'slow', delayMs: 600_001 },
      '"delayMs" must be a whole number from 0 to 600000',
    ],
    [{ vendor: 'talkdesk', kind: 'null', pathPrefix: 'data' }, '"pathPrefix" must begin with "/"'],
    [{ vendor: 'talkdesk', kind: 'null', pathIncludes: '' }, '"pathIncludes" must be a text'],
    [{ vendor: 'talkdesk', kind: 'null', often: 3 }, 'there is no other'],
    [{ vendor: 'talkdesk', kind: 'null', call: 'stop' }, '"call" must be one of token, start, cancel'],
    [{ vendor: 'talkdesk', kind: 'null', words: 'failed' }, 'for the kind "simulate", and for no other'],
    [{ vendor: 'talkdesk', kind: 'simulate' }, '"words" must be given'],
    [{ vendor: 'talkdesk', kind: 'reset', afterBytes: 1 }, 'for the kind "lost-answer", and for no other'],
    [{ vendor: 'talkdesk', kind: 'lost-answer', afterBytes: -1 }, '"afterBytes" must be a whole number'],
    [[], 'An order is a JSON object'],
    [null, 'An order is a JSON object'],
    ['x', 'An order is a JSON object'],
  ])('refuses %j and says what is allowed', async (order, sentence) => {
    await using server = await startDoor();

    const refused = await server.order(order);

    expect(refused.status).toBe(400);
    expect(refused.text).toContain(sentence);
    expect(server.simulators.faults.list()).toEqual([]);
  });

  it.each(['', '{', 'kind=null'])('refuses the body %j, which is no JSON', async (body) => {
    await using server = await startDoor();

    const refused = await call(`${server.api}/faults`, { method: 'POST', body });

    expect(refused).toMatchObject({ status: 400, text: 'The body must be a JSON object.\n' });
  });

  it('counts calls, and starts again from zero', async () => {
    await using server = await startDoor();
    await call(`${server.simulators.url}/talkdesk/data/reports/calls/jobs/1`);
    await call(`${server.simulators.url}/talkdesk/data/reports/calls/jobs`);

    const counted = JSON.parse((await call(`${server.api}/calls`)).text);
    await call(`${server.api}/calls`, { method: 'DELETE' });
    const again = JSON.parse((await call(`${server.api}/calls`)).text);

    expect(counted.calls.talkdesk).toMatchObject({ status: 1, list: 1 });
    expect(again.calls.talkdesk).toMatchObject({ status: 0, list: 0 });
  });

  it('counts what a fault broke', async () => {
    await using server = await startDoor();
    server.simulators.faults.order({ vendor: 'talkdesk', kind: 'throttle' });

    await call(`${server.simulators.url}/talkdesk/data/reports/calls/jobs/1`);

    expect(server.simulators.calls.read().talkdesk.status).toBe(1);
  });

  it('counts the orders that jobs came of, with their ids, and starts again from zero', async () => {
    await using server = await startDoor();
    const { onAccepted } = server.toy.surroundings();
    for (const jobId of ['17', '18'])
      onAccepted?.({ ids: { reportType: 'calls', jobId }, order: { name: jobId } });

    const counted = JSON.parse((await call(`${server.api}/orders`)).text);
    const cleared = await call(`${server.api}/orders`, { method: 'DELETE' });

    expect(counted.orders.talkdesk).toEqual({
      count: 2,
      orders: [
        { ids: { reportType: 'calls', jobId: '17' }, order: { name: '17' } },
        { ids: { reportType: 'calls', jobId: '18' }, order: { name: '18' } },
      ],
    });
    expect(counted.orders['power-bi']).toEqual({ count: 0, orders: [] });
    expect(cleared.status).toBe(204);
    expect(server.simulators.orders.read().talkdesk.count).toBe(0);
  });

  it('counts on where it keeps only the newest thousand orders', async () => {
    await using server = await startDoor();
    const { onAccepted } = server.toy.surroundings();
    for (let id = 0; id < 1_002; id += 1) onAccepted?.({ ids: { jobId: String(id) }, order: {} });

    const { count, orders } = server.simulators.orders.read().talkdesk;

    expect([count, orders.length, orders[0]?.ids.jobId]).toEqual([1_002, 1_000, '2']);
  });

  it('lists the jobs in place with their locators', async () => {
    await using server = await startDoor();

    const { jobs } = JSON.parse((await call(`${server.api}/jobs`)).text);

    expect(jobs).toEqual([
      {
        vendor: 'talkdesk',
        ids: { reportType: 'calls', jobId: 'job-1' },
        ends: 'done',
        title: 'Calls of October',
        locator: 'talkdesk:calls/job-1',
      },
    ]);
  });

  it('explains itself with its own address', async () => {
    await using server = await startDoor();

    const page = await call(server.api);

    expect(page.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(page.text).toContain(`${server.api}/faults`);
    for (const kind of Object.keys(FAULT_KINDS)) expect(page.text).toContain(`  ${kind} `);
  });

  it.each(['GET', 'POST', 'DELETE'] as const)('refuses %s from a page in a browser', async (method) => {
    await using server = await startDoor();

    const answer = await call(`${server.api}/faults`, {
      method,
      headers: { origin: 'null' },
      ...(method === 'POST' ? { body: '{"vendor":"talkdesk","kind":"null"}' } : {}),
    });

    expect(answer.status).toBe(403);
    expect(server.simulators.faults.list()).toEqual([]);
  });

  it.each(['/nothing', '/faults/1', '/constructor'])('answers 404 at %s', async (path) => {
    await using server = await startDoor();

    expect((await call(`${server.api}${path}`)).status).toBe(404);
  });
});
