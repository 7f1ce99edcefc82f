import { describe, expect, it } from 'vitest';
import {
  createHiEnergySimulator,
  type HiEnergySimulatorOptions,
} from '../../../simulator/hi-energy/simulator.ts';
import type { SimulatorResponse, VendorSimulator } from '../../../simulator/simulator.ts';
import { parseJson } from '../../../src/http/json.ts';
import { createManualClock, createSeededRandom, type ManualClock } from '../../support/manual-clock.ts';
import { readFixture } from '../../vendors/hi-energy/support.ts';

const KEY = 'demo-hi-energy-key';
const OTHER_KEY = 'other-hi-energy-key';

interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
}

type ApiExport = Readonly<Record<string, unknown>>;

interface Stage {
  readonly clock: ManualClock;
  readonly simulator: VendorSimulator;
  /** The files that links were made for, with their lifetimes. */
  readonly links: readonly { readonly name: string; readonly lifetimeMs: number }[];
  call(target: string, call?: Call): Promise<Answer>;
}

function createStage(options: HiEnergySimulatorOptions = {}): Stage {
  const clock = createManualClock(Date.UTC(2026, 10, 22, 10, 0, 0));
  const links: { name: string; lifetimeMs: number }[] = [];
  const files = {
    presign(file: { readonly name: string }, lifetimeMs: number, style: string) {
      links.push({ name: file.name, lifetimeMs });
      return `http://127.0.0.1:4100/files-store/${file.name}?style=${style}&link=${links.length}`;
    },
  };
  const surroundings = {
    clock,
    files,
    random: createSeededRandom(1),
    mountUrl: 'http://127.0.0.1:4100/hi-energy',
  };
  const simulator = createHiEnergySimulator(surroundings, options);
  return {
    clock,
    simulator,
    links,
    async call(target, { method = 'GET', headers = { 'x-api-key': KEY }, body = '' } = {}) {
      const { pathname, searchParams } = new URL(target, 'http://127.0.0.1');
      const response = await simulator.handle({
        method,
        path: pathname,
        segments: pathname.split('/').map(decodeURIComponent),
        query: searchParams,
        headers,
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return readAnswer(response);
    },
  };
}

function readAnswer({ status, headers = {}, body }: SimulatorResponse): Answer {
  expect(headers['content-type']).toBe('application/json; charset=utf-8');
  const text = String(body);
  return { status, headers, text, json: parseJson(text) as Answer['json'] };
}

function exportOf({ json }: Answer): ApiExport {
  return json.export as ApiExport;
}

function idsOf({ json }: Answer): readonly string[] {
  return (json.exports as readonly ApiExport[]).map(({ id }) => String(id));
}

const START = { report_type: 'deals_excel', search_params: { q: 'shoes', page: 1 }, index_params: {} };

describe("the simulator's doors", () => {
  it.each([
    [{}, 401],
    [{ 'x-api-key': 'wrong' }, 401],
    [{ authorization: 'Basic abc' }, 401],
    [{ 'x-api-key': KEY }, 200],
    [{ authorization: `Bearer ${KEY}` }, 200],
    [{ 'x-api-key': 'mine' }, 200],
  ])('answer %j with %i', async (headers, status) => {
    const { call } = createStage({ keys: ['mine'] });

    const answer = await call('/api/v1/exports', { headers });

    expect(answer.status).toBe(status);
    if (status === 401)
      expect(answer.json).toEqual({
        error: { code: 'UNAUTHORIZED', message: 'Invalid or missing API key' },
      });
  });

  it('do not open for the key in the query', async () => {
    expect((await createStage().call(`/api/v1/exports?api_key=${KEY}`, { headers: {} })).status).toBe(401);
  });

  it.each([
    ['GET', '/api/v1'],
    ['GET', '/api/v1/deals'],
    ['GET', '/api/v1/exports/4213/files'],
    ['DELETE', '/api/v1/exports/4213'],
    ['PUT', '/api/v1/exports'],
    ['GET', '/api/v1/exports/999'],
    ['GET', '/api/v1/exports/0x10'],
    ['GET', '/api/v1/exports/-1'],
  ])('answer %s %s with 404', async (method, target) => {
    const { simulator, call } = createStage();
    simulator.seed();

    const answer = await call(target, { method });

    expect(answer.status).toBe(404);
    expect(answer.json).toEqual({ error: { code: 'NOT_FOUND', message: 'Resource not found' } });
  });

  it('show each key its own exports only', async () => {
    const { simulator, call } = createStage();
    simulator.seed();
    const headers = { 'x-api-key': OTHER_KEY };

    expect(idsOf(await call('/exports', { headers }))).toEqual(['5102', '5101']);
    expect((await call('/exports/5101', { headers })).status).toBe(200);
    expect((await call('/exports/5101')).status).toBe(404);
    expect((await call('/exports/4213', { headers })).status).toBe(404);
    expect(idsOf(await call('/exports?limit=100'))).not.toContain('5101');
  });

  it('close when the hourly budget is spent, and open an hour later', async () => {
    const { clock, call } = createStage({ requestsPerHour: 2 });

    await call('/exports');
    const last = await call('/exports');
    await clock.advance(600_000);
    const refused = await call('/exports');
    const other = await call('/exports', { headers: { 'x-api-key': OTHER_KEY } });
    await clock.advance(3_000_000);
    const later = await call('/exports');

    expect(last.headers).toMatchObject({
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '3600',
    });
    expect(refused).toMatchObject({
      status: 429,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3000' },
      json: { error: { code: 'RATE_LIMITED', message: 'Rate limit exceeded. Try again later.' } },
    });
    expect([other.status, later.status]).toEqual([200, 200]);
  });
});

describe("the simulator's list", () => {
  it('is newest first, ten by default, links left out', async () => {
    const { simulator, call, links } = createStage();
    simulator.seed();

    const answer = await call('/exports');

    expect(idsOf(answer).slice(0, 2)).toEqual(['9007199254740993', '4225']);
    expect(idsOf(answer)).toHaveLength(10);
    expect(links).toEqual([]);
  });

  it.each([
    ['1', 200, 1],
    ['100', 200, 17],
    ['5000', 200, 17],
    ['0', 422, 0],
    ['-1', 422, 0],
    ['all', 422, 0],
  ])('with limit %s is answered with %i', async (limit, status, length) => {
    const { simulator, call } = createStage();
    simulator.seed();

    const answer = await call(`/exports?limit=${limit}`);

    expect(answer.status).toBe(status);
    expect((answer.json.exports as unknown[] | undefined) ?? []).toHaveLength(length);
  });
});

describe("the simulator's seeds", () => {
  it('tell their ids, titles and ends, and hold every state once they are looked at', async () => {
    const { clock, simulator, call } = createStage();

    const seeds = simulator.seed();

    expect(seeds.map(({ ids, ends }) => `${ids.exportId} ${ends}`)).toEqual([
      '4203 completed',
      '4207 failed',
      '4210 completed',
      '4213 completed',
      '4214 failed',
      '4211 completed',
      '4216 completed',
      '4225 failed',
      '9007199254740993 completed',
    ]);
    const statuses = async () =>
      Promise.all(
        seeds.map(async ({ ids }) => exportOf(await call(`/exports/${ids.exportId}`)).status as string),
      );
    expect((await statuses()).slice(5)).toEqual(['pending', 'pending', 'pending', 'pending']);
    await clock.advance(8_000);
    expect((await statuses()).slice(5)).toEqual(['processing', 'processing', 'processing', 'pending']);
    await clock.advance(60_000);
    expect(await statuses()).toEqual(seeds.map(({ ends }) => ends));
  });

  it('wait for their first look before they move', async () => {
    const { clock, simulator, call } = createStage();
    simulator.seed();
    await clock.advance(3_600_000);

    expect(exportOf(await call('/exports/4211')).status).toBe('pending');
  });

  it('write an id beyond 2^53 as a bare integer', async () => {
    const { simulator, call } = createStage();
    simulator.seed();

    expect((await call('/exports/9007199254740993')).text).toContain('"id":9007199254740993,');
  });

  it('move a chunked parent part by part, its chunks with it', async () => {
    const { clock, simulator, call } = createStage();
    simulator.seed();
    await call('/exports/4216');
    await clock.advance(4_000);

    const seen: unknown[] = [];
    for (let part = 0; part <= 8; part += 1) {
      const parent = exportOf(await call('/exports/4216'));
      const chunks = await Promise.all(
        Array.from({ length: 8 }, async (_, index) => exportOf(await call(`/exports/${4217 + index}`))),
      );
      expect(chunks.filter(({ status }) => status === 'completed')).toHaveLength(part);
      expect(chunks.every((chunk) => chunk.parent_report_id === 4216 && chunk.progress === null)).toBe(true);
      seen.push([parent.status, (parent.progress as { parts_ready: number }).parts_ready]);
      await clock.advance(6_000);
    }

    expect(seen).toEqual([...Array.from({ length: 8 }, (_, part) => ['processing', part]), ['completed', 8]]);
  });

  it('have the documented fields, all of them and no other', async () => {
    const { simulator, call } = createStage();
    simulator.seed();
    const documented = readFixture('processing-chunked') as { readonly export: object };

    const fields = Object.keys(exportOf(await call('/exports/4216')));

    expect(fields.sort()).toEqual(Object.keys(documented.export).sort());
  });

  it('tell times that belong together', async () => {
    const { clock, simulator, call } = createStage();
    simulator.seed();
    await call('/exports/4211');
    await clock.advance(30_000);

    expect(exportOf(await call('/exports/4211'))).toMatchObject({
      created_at: '2026-11-22T10:00:00Z',
      started_at: '2026-11-22T10:00:05Z',
      completed_at: '2026-11-22T10:00:20Z',
      updated_at: '2026-11-22T10:00:20Z',
      error_message: null,
      status_url: 'http://127.0.0.1:4100/hi-energy/api/v1/exports/4211',
    });
  });

  it('mint a fresh link at each look, good for an hour', async () => {
    const { simulator, call, links } = createStage();
    simulator.seed();

    const first = exportOf(await call('/exports/4213'));
    const second = exportOf(await call('/exports/4213'));

    expect(first.download_url).not.toBe(second.download_url);
    expect(first).toMatchObject({
      filename: 'advertisers-4213-2026-11-22.csv',
      download_expires_in_seconds: 3_600,
    });
    expect(links).toEqual(Array(2).fill({ name: first.filename, lifetimeMs: 3_600_000 }));
  });

  it('hold a completed export without a file and a failed one without a reason', async () => {
    const { simulator, call } = createStage();
    simulator.seed();

    expect(exportOf(await call('/exports/4203'))).toMatchObject({ status: 'completed', download_url: null });
    expect(exportOf(await call('/exports/4207'))).toMatchObject({ status: 'failed', error_message: null });
  });
});

describe("the simulator's start", () => {
  it('answers 201 with a pending export that completes', async () => {
    const { clock, call } = createStage();

    const started = await call('/exports', { method: 'POST', body: START });
    await clock.advance(10_000);

    expect(started.status).toBe(201);
    expect(exportOf(started)).toMatchObject({
      id: 6_001,
      status: 'pending',
      report_type: 'deals_excel',
      display_name: 'Deals',
      parameters: { search_params: START.search_params, index_params: {} },
    });
    expect(exportOf(await call('/exports/6001')).status).toBe('completed');
    expect(idsOf(await call('/exports'))).toEqual(['6001']);
  });

  it('answers 409 with the export in flight, the fields of the order in any order', async () => {
    const { call } = createStage();
    await call('/exports', { method: 'POST', body: START });
    const same = { index_params: {}, search_params: { page: 1, q: 'shoes' }, report_type: 'deals_excel' };

    const refused = await call('/exports', { method: 'POST', body: same });

    expect(refused).toMatchObject({
      status: 409,
      json: {
        error: { code: 'CONFLICT', message: 'An identical export is already in progress' },
        export: { id: 6_001, status: 'pending' },
      },
    });
    expect(Object.keys(refused.json)).toEqual(Object.keys(readFixture('error-409')));
  });

  it('answers with the completed export while the dedupe window is open, then starts anew', async () => {
    const { clock, call } = createStage({ dedupeWindowMs: 60_000 });
    await call('/exports', { method: 'POST', body: START });
    await clock.advance(10_000);

    const within = await call('/exports', { method: 'POST', body: START });
    await clock.advance(60_000);
    const after = await call('/exports', { method: 'POST', body: START });

    expect(within).toMatchObject({ status: 200, json: { export: { id: 6_001 }, deduped: true } });
    expect(after).toMatchObject({ status: 201, json: { export: { id: 6_002 } } });
  });

  it.each([
    ['another key', START, { 'x-api-key': OTHER_KEY }],
    ['other filters', { ...START, search_params: { q: 'hats' } }, { 'x-api-key': KEY }],
    ['another report', { ...START, report_type: 'advertisers_csv' }, { 'x-api-key': KEY }],
  ])('does not take %s for identical', async (_name, body, headers) => {
    const { call } = createStage();
    await call('/exports', { method: 'POST', body: START });

    expect((await call('/exports', { method: 'POST', body, headers })).status).toBe(201);
  });

  it('lets a header order the outcome', async () => {
    const { clock, call } = createStage();
    const order = (word: string, q: string) =>
      call('/exports', {
        method: 'POST',
        headers: { 'x-api-key': KEY, 'x-simulate': word },
        body: { ...START, search_params: { q } },
      });

    await order('failed', 'a');
    await order('slow', 'b');
    await order('chunked', 'c');
    await clock.advance(20_000);

    expect(exportOf(await call('/exports/6001'))).toMatchObject({
      status: 'failed',
      error_message: 'Export could not be generated',
    });
    expect(exportOf(await call('/exports/6002'))).toMatchObject({ status: 'pending' });
    expect(exportOf(await call('/exports/6003'))).toMatchObject({
      status: 'processing',
      chunked_export: true,
      progress: { parts_ready: 4, total_parts: 8 },
    });
    expect(exportOf(await call('/exports/6011'))).toMatchObject({ parent_report_id: 6_003 });
    expect(exportOf(await order('normal', 'd'))).toMatchObject({ id: 6_012 });
    expect((await order('constructor', 'e')).status).toBe(422);
  });

  it('starts a failed export anew', async () => {
    const { clock, call } = createStage();
    const headers = { 'x-api-key': KEY, 'x-simulate': 'failed' };
    await call('/exports', { method: 'POST', body: START, headers });
    await clock.advance(20_000);

    expect((await call('/exports', { method: 'POST', body: START })).status).toBe(201);
  });

  it.each([
    ['{', 400],
    ['[]', 400],
    ['', 400],
    [{}, 422],
    [{ report_type: 'constructor' }, 422],
    [{ report_type: 'deals_excel', search_params: [] }, 422],
    [{ report_type: 'deals_excel', index_params: null }, 422],
  ])('refuses %j with %i', async (body, status) => {
    const answer = await createStage().call('/exports', { method: 'POST', body });

    expect(answer.status).toBe(status);
    expect(answer.json.error).toHaveProperty('code');
  });
});

describe("the simulator's error bodies", () => {
  it.each([
    [401, 'UNAUTHORIZED'],
    [429, 'RATE_LIMITED'],
    [503, 'INTERNAL_ERROR'],
  ])('for %i carry %s', (status, code) => {
    expect(createStage().simulator.errorBody?.(status)).toMatchObject({ error: { code } });
  });
});
