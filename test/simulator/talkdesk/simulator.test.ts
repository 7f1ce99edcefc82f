import { describe, expect, it } from 'vitest';
import type { SimulatorResponse, VendorSimulator } from '../../../simulator/simulator.ts';
import type { TalkdeskSimulatorOptions } from '../../../simulator/talkdesk/options.ts';
import { createTalkdeskSimulator } from '../../../simulator/talkdesk/simulator.ts';
import { createManualClock, createSeededRandom } from '../../support/manual-clock.ts';

const MOUNT_URL = 'http://127.0.0.1:4100/talkdesk';
const BASIC = `Basic ${Buffer.from('demo-talkdesk-client:demo-talkdesk-secret').toString('base64')}`;
const ORDER = {
  name: 'Calls',
  format: 'csv',
  timespan: { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' },
};

/** A simulator that is called without sockets, its files' links being no more than their names. */
function startSimulator(options: Partial<TalkdeskSimulatorOptions> = {}) {
  const clock = createManualClock();
  const simulator: VendorSimulator = createTalkdeskSimulator(
    {
      clock,
      random: createSeededRandom(7),
      mountUrl: MOUNT_URL,
      files: {
        presign: (file, lifetimeMs, style) => `https://files/${style}/${lifetimeMs}/${file.name}`,
      },
    },
    options,
  );

  async function call(method: string, target: string, headers = {}, body = ''): Promise<SimulatorResponse> {
    const [path = '', query] = target.split('?');
    return simulator.handle({
      method,
      path,
      segments: path.split('/').slice(1),
      query: new URLSearchParams(query),
      headers,
      body,
    });
  }

  async function askToken(scope?: string, authorization = BASIC): Promise<SimulatorResponse> {
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...(scope && { scope }) });
    return call('POST', '/oauth/token', { authorization }, form.toString());
  }

  /** Calls with a good token. */
  async function ask(
    method: string,
    target: string,
    headers = {},
    body?: object,
  ): Promise<SimulatorResponse> {
    const { access_token: token } = (await askToken()).body as { readonly access_token: string };
    return call(method, target, { authorization: `Bearer ${token}`, ...headers }, JSON.stringify(body));
  }

  async function create(order: object = ORDER, headers = {}): Promise<string> {
    const { body } = await ask('POST', '/data/reports/calls/jobs', headers, order);
    return (body as { readonly id: string }).id;
  }

  /** The word of a job's status, and the status code it came with. */
  async function look(id: string): Promise<string> {
    const { status, body } = await ask('GET', `/data/reports/calls/jobs/${id}`);
    return `${status} ${(body as { readonly job?: { readonly status: string } }).job?.status}`;
  }

  return { clock, simulator, call, askToken, ask, create, look };
}

describe('the simulated token server', () => {
  it('gives ten-minute tokens for all scopes to who knows the secret', async () => {
    const { askToken } = startSimulator();

    expect(await askToken()).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer', expires_in: 600, scope: 'data-reports:read data-reports:write' },
    });
  });

  it('refuses a wrong secret, another grant and a foreign scope', async () => {
    const { askToken, call } = startSimulator();

    expect(await askToken(undefined, 'Basic eDp5')).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
    expect(await askToken('data-reports:all')).toMatchObject({
      status: 400,
      body: { error: 'invalid_scope' },
    });
    expect(await call('POST', '/oauth/token', { authorization: BASIC }, 'grant_type=password')).toMatchObject(
      {
        status: 400,
        body: { error: 'unsupported_grant_type' },
      },
    );
  });

  it.each([401, 403] as const)(
    'lets a token end, which is then answered with %i',
    async (expiredTokenStatus) => {
      const { askToken, call, clock } = startSimulator({ expiredTokenStatus });
      const { access_token: token } = (await askToken()).body as { readonly access_token: string };
      const list = () => call('GET', '/data/reports/calls/jobs', { authorization: `Bearer ${token}` });

      expect((await list()).status).toBe(200);
      await clock.advance(600_000);

      expect((await list()).status).toBe(expiredTokenStatus);
    },
  );

  it('lets nobody in without a token, nor write with a token for reading', async () => {
    const { askToken, call } = startSimulator();
    const { access_token: token } = (await askToken('data-reports:read')).body as {
      readonly access_token: string;
    };

    expect(await call('GET', '/data/reports/calls/jobs')).toMatchObject({
      status: 401,
      body: { code: '401' },
    });
    expect(
      await call(
        'POST',
        '/data/reports/calls/jobs',
        { authorization: `Bearer ${token}` },
        JSON.stringify(ORDER),
      ),
    ).toMatchObject({ status: 403, body: { code: '403', description: 'Insufficient scope' } });
  });
});

describe('a simulated report job', () => {
  it('moves through its states and ends in a redirect with a body', async () => {
    const { clock, create, look, ask } = startSimulator();
    const id = await create();
    const seen: string[] = [];

    for (const waitMs of [0, 2_000, 6_000, 2_000]) {
      await clock.advance(waitMs);
      seen.push(await look(id));
    }

    expect(seen).toEqual(['200 created', '200 processing', '200 uploading', '303 done']);
    expect((await ask('GET', `/data/reports/calls/jobs/${id}`)).headers).toEqual({
      location: `/talkdesk/data/reports/calls/files/${id}`,
    });
  });

  it.each([
    ['failed', 60_000, '200 failed'],
    ['canceled', 60_000, '200 canceled'],
    ['slow', 60_000, '200 processing'],
    ['slow', 300_000, '303 done'],
  ])('obeys the order %j', async (word, waitMs, seen) => {
    const { clock, create, look } = startSimulator();
    const id = await create(ORDER, { 'x-simulate': word });
    await clock.advance(waitMs);

    expect(await look(id)).toBe(seen);
  });

  it.each([
    [300, 'relative', `/talkdesk/data/reports/calls/files/`],
    [302, 'absolute', `${MOUNT_URL}/data/reports/calls/files/`],
    [303, 'absolute', `${MOUNT_URL}/data/reports/calls/files/`],
    [200, 'relative', undefined],
  ] as const)('ends with %i and a Location that is %s', async (doneStatus, links, location) => {
    const { clock, create, ask } = startSimulator({ doneStatus, links });
    const id = await create();
    await clock.advance(60_000);

    const { status, headers } = await ask('GET', `/data/reports/calls/jobs/${id}`);

    expect(status).toBe(doneStatus);
    expect(headers?.location).toBe(location === undefined ? undefined : location + id);
  });

  it('is created flat by default and wrapped on demand', async () => {
    const flat = await startSimulator().ask('POST', '/data/reports/calls/jobs', {}, ORDER);
    const wrapped = await startSimulator({ createBody: 'wrapped' }).ask(
      'POST',
      '/data/reports/calls/jobs',
      {},
      ORDER,
    );

    expect(flat).toMatchObject({ status: 202, body: { status: 'created', type: 'calls', name: 'Calls' } });
    expect(wrapped).toMatchObject({ status: 202, body: { job: { status: 'created' } } });
  });

  it('is written without a zone, and in capitals on demand', async () => {
    const { ask, create } = startSimulator({ isUpperCase: true });
    const id = await create();

    expect((await ask('GET', `/data/reports/calls/jobs/${id}`)).body).toMatchObject({
      job: { status: 'CREATED', created_at: '2026-11-22T10:00:00' },
    });
  });

  it.each([
    ['no timespan', {}, 'timespan[from]'],
    ['a date that is none', { timespan: { from: 'soon', to: '2026-11-02T00:00:00Z' } }, 'timespan[from]'],
    [
      'more than a month',
      { timespan: { from: '2026-01-01T00:00:00Z', to: '2026-11-02T00:00:00Z' } },
      'timespan',
    ],
    [
      'an end before its start',
      { timespan: { from: '2026-11-02T00:00:00Z', to: '2026-11-01T00:00:00Z' } },
      'timespan',
    ],
    ['another format', { ...ORDER, format: 'xlsx' }, 'format'],
  ])('is refused with a numeric code for %s', async (_what, order, field) => {
    const { ask } = startSimulator();

    expect(await ask('POST', '/data/reports/calls/jobs', {}, order)).toMatchObject({
      status: 400,
      body: { code: 1400, fields: expect.arrayContaining([expect.objectContaining({ name: field })]) },
    });
  });

  it('is refused for an unknown order word and for a body that is no JSON', async () => {
    const { ask } = startSimulator();

    expect(
      (await ask('POST', '/data/reports/calls/jobs', { 'x-simulate': 'constructor' }, ORDER)).status,
    ).toBe(400);
    expect((await ask('POST', '/data/reports/calls/jobs')).status).toBe(400);
  });
});

describe('a simulated file', () => {
  it('is a signed link once the job is done, and gone once it is deleted', async () => {
    const { ask, clock, create, look } = startSimulator();
    const id = await create();
    const path = `/data/reports/calls/files/${id}`;
    expect((await ask('GET', path)).status).toBe(404);
    await clock.advance(60_000);

    expect(await ask('GET', path)).toMatchObject({
      status: 303,
      headers: { location: 'https://files/v4/900000/Calls.csv' },
    });
    expect((await ask('DELETE', path)).status).toBe(204);

    expect(await look(id)).toBe('200 deleted');
    expect((await ask('GET', path)).status).toBe(404);
    expect((await ask('DELETE', path)).status).toBe(403);
  });
});

describe('a simulated list', () => {
  it('shows the newest first, page by page, items flat', async () => {
    const { ask, clock, create } = startSimulator();
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      ids.unshift(await create());
      await clock.advance(1_000);
    }
    const page = async (number: number) =>
      (await ask('GET', `/data/reports/calls/jobs?page=${number}&per_page=2`)).body as {
        readonly _embedded?: { readonly jobs: readonly { readonly id: string; readonly status: string }[] };
        readonly _links: object;
      };

    const [first, second, third] = [await page(1), await page(2), await page(3)];

    expect(first._embedded?.jobs.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(second._embedded?.jobs.map(({ id }) => id)).toEqual(ids.slice(2));
    expect([first, second, third].map((body) => Object.keys(body._links))).toEqual([
      ['self', 'next'],
      ['self', 'prev'],
      ['self', 'prev'],
    ]);
    expect(third).toMatchObject({ total: 3, count: 0 });
    expect(third).not.toHaveProperty('_embedded');
  });

  it.each(['page=0', 'page=x', 'per_page=201', 'per_page=-1'])('refuses %s', async (query) => {
    expect((await startSimulator().ask('GET', `/data/reports/calls/jobs?${query}`)).status).toBe(400);
  });
});

describe('simulated trouble', () => {
  it('answers an unknown report type, job and path in the envelope, or a 404 as text', async () => {
    const { ask } = startSimulator();
    const text = startSimulator({ hasTextNotFound: true });

    expect(await ask('GET', '/data/reports/nonsense/jobs/x')).toMatchObject({
      status: 400,
      body: { code: '400' },
    });
    expect(await ask('GET', '/data/reports/calls/jobs/x')).toMatchObject({
      status: 404,
      body: { code: '404' },
    });
    expect((await ask('GET', '/data/reports/calls/jobs/x/y')).status).toBe(404);
    expect((await ask('PUT', '/data/reports/calls/jobs')).status).toBe(404);
    expect(await text.ask('GET', '/data/reports/calls/jobs/x')).toMatchObject({
      status: 404,
      body: '404 Not Found',
    });
  });

  it('carries a trace id with an ordered server error', async () => {
    const answer = await startSimulator().ask('GET', '/data/reports/calls/jobs', {
      'x-simulate': 'server-error',
    });

    expect(answer).toMatchObject({
      status: 500,
      headers: { 'platform-tid': expect.stringMatching(/^[0-9a-f]{16}$/) },
      body: { code: '500' },
    });
  });

  it.each([
    [null, {}],
    [7, { 'retry-after': '7' }],
  ])('throttles beyond its rate, Retry-After %j', async (retryAfterSeconds, headers) => {
    const { ask, clock } = startSimulator({ requestsPerSecond: 2, retryAfterSeconds });
    const list = () => ask('GET', '/data/reports/calls/jobs');
    await list();
    await list();

    expect(await list()).toMatchObject({ status: 429, headers, body: { code: '429' } });
    await clock.advance(1_000);
    expect((await list()).status).toBe(200);
  });

  it('has a body of the vendor’s for faults from outside', () => {
    expect(startSimulator().simulator.errorBody?.(503)).toEqual({
      code: '503',
      message: 'Unable to audit operation',
      fields: [],
    });
  });
});

describe('the seeded jobs', () => {
  it('stand in every state over three report types, and begin to move when they are looked at', async () => {
    const { ask, clock, simulator } = startSimulator();
    const seeds = simulator.seed();
    const words = async () =>
      Promise.all(
        seeds.map(async ({ ids }) => {
          const { body } = await ask('GET', `/data/reports/${ids.reportType}/jobs/${ids.jobId}`);
          return (body as { readonly job: { readonly status: string } }).job.status;
        }),
      );
    await clock.advance(3_600_000);

    const first = await words();
    await clock.advance(60_000);
    const last = await words();

    expect(new Set(seeds.map(({ ids }) => ids.reportType)).size).toBe(3);
    expect(first).toEqual([
      'deleted',
      'failed',
      'canceled',
      'done',
      'done',
      'created',
      'created',
      'created',
      'created',
    ]);
    expect(last).toEqual(seeds.map(({ ends }) => ends));
  });
});
