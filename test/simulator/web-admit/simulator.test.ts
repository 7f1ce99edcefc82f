import { describe, expect, it } from 'vitest';
import { postCallback } from '../../../simulator/web-admit/callback.ts';
import type { WebAdmitSimulatorOptions } from '../../../simulator/web-admit/options.ts';
import { createWebAdmitSimulator } from '../../../simulator/web-admit/simulator.ts';
import { startFakeVendor } from '../../support/fake-vendor.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { ask, createSurroundings } from './simulator-support.ts';

const START = '/api/v1/user_identities/37442/exports/86480/export_files';
const LIST = '/api/v1/user_identities/37442/export_files';

function createSimulator(options: Partial<WebAdmitSimulatorOptions> = {}) {
  const clock = createManualClock();
  const surroundings = createSurroundings(clock);
  return { clock, surroundings, simulator: createWebAdmitSimulator(surroundings, options) };
}

describe('WebAdMIT simulator: access', () => {
  it.each<Record<string, string>>([
    { 'x-api-key': '' },
    { 'x-api-key': 'wrong' },
    { 'x-api-key': '', authorization: 'Bearer demo-web-admit-key' },
  ])('answers the headers %j with an empty 401', async (headers) => {
    const { simulator } = createSimulator();

    const answer = await ask(simulator, '/api/v1/exports', {
      headers,
    });

    expect(answer).toEqual({ status: 401, json: undefined });
  });

  it('takes the keys it was given', async () => {
    const key = '0123456789abcdef0123456789abcdef';
    const { simulator } = createSimulator({ keys: [key] });

    const answer = await ask(simulator, '/api/v1/exports', { headers: { 'x-api-key': key } });

    expect(answer.status).toBe(200);
  });

  it.each(['/export_files', '/exports'])('refuses %s of an identity without the permission', async (path) => {
    const { simulator } = createSimulator();

    const { status, json } = await ask(simulator, `/api/v1/user_identities/37601${path}`);

    expect({ status, json }).toEqual({ status: 403, json: { message: 'Feature not available.' } });
  });

  it('counts calls down, refuses the one too many, and starts anew in the next hour', async () => {
    const { simulator, clock } = createSimulator({ callsPerHour: 2 });

    const first = await ask(simulator, '/api/v1/exports');
    await ask(simulator, '/api/v1/exports');
    const third = await ask(simulator, '/api/v1/exports');
    await clock.advance(3_600_000);
    const fourth = await ask(simulator, '/api/v1/exports');

    expect(first.headers).toMatchObject({ 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '1' });
    expect(third.status).toBe(429);
    expect(third.headers).toMatchObject({ 'x-ratelimit-remaining': '0' });
    expect(third.headers).not.toHaveProperty('retry-after');
    expect(fourth.status).toBe(200);
  });

  it('can refuse with 403 and nothing remaining instead', async () => {
    const { simulator } = createSimulator({ callsPerHour: 0, overLimitStatus: 403 });

    const { status, headers } = await ask(simulator, '/api/v1/exports');

    expect(status).toBe(403);
    expect(headers).toMatchObject({ 'x-ratelimit-remaining': '0' });
  });

  it('sends the vendor headers, the odd Expires included', async () => {
    const { simulator } = createSimulator();

    const { headers } = await ask(simulator, '/api/v1/exports');

    expect(headers).toMatchObject({ expires: '2009-01-01 00:00:00 -0500', 'cache-control': 'private' });
    expect(headers?.etag).toMatch(/^"[0-9a-f]{32}"$/);
  });
});

describe('WebAdMIT simulator: catalogue', () => {
  it('lists the identities with all documented fields', async () => {
    const { simulator } = createSimulator();

    const { json } = await ask(simulator, '/api/v1/user_identities');

    expect(json.href).toBe('/api/v1/user_identities');
    expect(json.user_identities).toHaveLength(3);
    expect(json.user_identities[0]).toMatchObject({
      id: 37442,
      type: 'Admissions User',
      cycle: '2026 - 2027',
    });
  });

  it('lists the templates of one identity and of the user', async () => {
    const { simulator } = createSimulator();

    const ofOne = await ask(simulator, '/api/v1/user_identities/37518/exports');
    const ofAll = await ask(simulator, '/api/v1/exports');

    expect(ofOne.json.exports.map(({ id }: { id: number }) => id)).toEqual([90210, 90277]);
    expect(ofAll.json.exports).toHaveLength(5);
    expect(ofOne.json.exports[1]).toMatchObject({
      name: 'Declined offers by program',
      list_type: null,
      format: 'Comma-Separated Values',
      mime_type: 'text/csv;charset=iso-8859-1',
    });
  });
});

describe('WebAdMIT simulator: runs', () => {
  it('moves a run through its words, Title Case, without a link before the end', async () => {
    const { simulator, clock } = createSimulator();
    const started = await ask(simulator, START, { method: 'POST' });
    const words: string[] = [started.json.export_files.status];

    for (let second = 0; second < 50; second += 1) {
      const { json } = await ask(simulator, started.json.export_files.href);
      words.push(json.export_files.status);
      expect('download_url' in json.export_files).toBe(json.export_files.status === 'Available');
      await clock.advance(1_000);
    }

    expect(started.status).toBe(201);
    expect([...new Set(words)]).toEqual(['Initializing', 'Queued', 'In Progress', 'Available']);
  });

  it.each([
    ['failed, instant', 'Failed', false],
    ['empty,instant', 'Empty List', false],
    ['partial,instant', 'Success With Errors', true],
    ['instant', 'Available', true],
  ])('obeys the order %j', async (order, status, hasLink) => {
    const { simulator } = createSimulator();

    const started = await ask(simulator, START, { method: 'POST', headers: { 'x-simulate': order } });
    const { json } = await ask(simulator, started.json.export_files.href);

    expect(json.export_files.status).toBe(status);
    expect('download_url' in json.export_files).toBe(hasLink);
  });

  it('keeps a slow run going for minutes', async () => {
    const { simulator, clock } = createSimulator();
    const started = await ask(simulator, START, { method: 'POST', headers: { 'x-simulate': 'slow' } });
    await clock.advance(150_000);

    const { json } = await ask(simulator, started.json.export_files.href);

    expect(json.export_files.status).toBe('In Progress');
  });

  it('gives the running id while a template runs, and a new one afterwards', async () => {
    const { simulator, clock } = createSimulator();
    const startedId = async () => (await ask(simulator, START, { method: 'POST' })).json.export_files.id;

    const first = await startedId();
    const second = await startedId();
    await clock.advance(60_000);
    const third = await startedId();

    expect(second).toBe(first);
    expect(third).toBe(first + 1);
  });

  it('mints a new version-2 link of 25 seconds for every look', async () => {
    const { simulator, surroundings } = createSimulator();
    const started = await ask(simulator, START, { method: 'POST', headers: { 'x-simulate': 'instant' } });
    const look = async () =>
      (await ask(simulator, started.json.export_files.href)).json.export_files.download_url;

    const links = [await look(), await look()];

    expect(surroundings.links.map(({ url }) => url)).toEqual(links);
    expect(new Set(links).size).toBe(2);
    expect(surroundings.links[0]).toMatchObject({ lifetimeMs: 25_000, style: 'v2' });
  });

  it('lists the recent runs of an identity, newest first, never with a link', async () => {
    const { simulator, surroundings } = createSimulator({ recentRuns: 3 });
    simulator.seed();

    const { json } = await ask(simulator, LIST);

    expect(json.href).toBe(LIST);
    expect(json.export_files.map(({ id }: { id: number }) => id)).toEqual([74785, 74784, 74781]);
    expect(JSON.stringify(json)).not.toContain('download_url');
    expect(surroundings.links).toEqual([]);
  });

  it('spells words as the vendor page does when told so', async () => {
    const { simulator } = createSimulator({ spelling: 'snake' });

    const { json } = await ask(simulator, START, {
      method: 'POST',
      headers: { 'x-simulate': 'partial,instant' },
    });

    expect(json.export_files.status).toBe('success_with_errors');
  });

  it('wraps a run in an array, and has export_id disagree with href, when told so', async () => {
    const { simulator } = createSimulator({ wrapsRunsInArrays: true, mismatchesExportIds: true });

    const { json } = await ask(simulator, START, { method: 'POST' });

    expect(json.export_files).toEqual([
      {
        id: 74780,
        href: '/api/v1/exports/86480/export_files/74780',
        export_id: 86460,
        status: 'Initializing',
      },
    ]);
  });

  it('seeds runs in every state over two identities, whose clocks start at the first look', async () => {
    const { simulator, clock } = createSimulator();
    const seeded = simulator.seed();
    await clock.advance(600_000);

    const words = async () =>
      Promise.all(
        seeded.map(async ({ ids }) => {
          const path = `/api/v1/exports/${ids.exportId}/export_files/${ids.exportFileId}`;
          return (await ask(simulator, path)).json.export_files.status;
        }),
      );
    const first = await words();
    await clock.advance(60_000);
    const last = await words();

    expect(first.slice(0, 4)).toEqual(['Available', 'Empty List', 'Failed', 'Success With Errors']);
    expect(first.slice(4)).toEqual(['Initializing', 'Initializing', 'Initializing', 'Initializing']);
    expect(last).toEqual(seeded.map(({ ends }) => ends));
    expect(new Set(seeded.map(({ ids }) => ids.userIdentityId))).toEqual(new Set(['37442', '37518']));
    expect(seeded[0]?.title).toBe('Verified applicants 2026-2027.csv');
  });

  it('writes its CSV files in ISO-8859-1', async () => {
    const { simulator, surroundings } = createSimulator();
    const [verified] = simulator.seed();
    await ask(simulator, `/api/v1/exports/86446/export_files/${verified?.ids.exportFileId}`);

    const bytes = await surroundings.links[0]?.file.bytes();

    expect(surroundings.links[0]?.file.mediaType).toBe('text/csv;charset=iso-8859-1');
    expect(Buffer.from(bytes ?? []).toString('latin1')).toMatch(/Lindström|García|Müller/);
    expect(Buffer.from(bytes ?? []).toString('utf8')).toContain('\ufffd');
  });
});

describe('WebAdMIT simulator: what is not there', () => {
  it.each([
    ['GET', '/api/v1/user_identities/999/export_files', "User identity '999' not found."],
    ['POST', '/api/v1/user_identities/999/exports/1/export_files', "User identity '999' not found."],
    ['GET', '/api/v1/user_identities/37442/programs/99999999999', "Program '99999999999' not found."],
    ['GET', '/api/v1/user_identities/37442/applicants/99999999999', "Applicant '99999999999' not found."],
    ['GET', '/api/v1/user_identities/37442/custom_fields/99', "CustomeField '99' not found."],
    ['GET', '/api/v1/exports/86466/export_files/1', 'Not Found'],
    ['POST', '/api/v1/user_identities/37442/exports/90210/export_files', 'Not Found'],
    ['DELETE', '/api/v1/exports/86466/export_files/74780', 'Not Found'],
    ['GET', '/api/v1/constructor', 'Not Found'],
    ['GET', '/api/v1/user_identities/37442/constructor/1', 'Not Found'],
    ['GET', '/', 'Not Found'],
  ])('answers %s %s with 404 and the vendor words', async (method, path, message) => {
    const { simulator } = createSimulator();

    const { status, json } = await ask(simulator, path, { method });

    expect({ status, json }).toEqual({ status: 404, json: { message } });
  });

  it('knows the two older bodies of a 404', async () => {
    const path = '/api/v1/user_identities/999/export_files';

    const generic = await ask(createSimulator({ errorStyle: 'generic' }).simulator, path);
    const schema = await ask(createSimulator({ errorStyle: 'schema' }).simulator, path);

    expect(generic.json).toEqual({ message: 'Not Found' });
    expect(schema.json).toEqual({ errors: { schema: ["User identity '999' not found."] } });
  });
});

describe('WebAdMIT simulator: callback', () => {
  const until = async (isDone: () => boolean) => {
    while (!isDone()) await new Promise((resolve) => setImmediate(resolve));
  };

  it.each([
    ['the query', (url: string) => ({ target: `${START}?callback=${encodeURIComponent(url)}`, body: '' })],
    ['a JSON body', (url: string) => ({ target: START, body: JSON.stringify({ callback: url }) })],
  ])('posts a form to the address given in %s once the run is over', async (_, toStart) => {
    await using listener = await startFakeVendor(() => ({ status: 204 }));
    const { simulator, clock } = createSimulator();
    const { target, body } = toStart(`${listener.url}/hook`);

    const started = await ask(simulator, target, { method: 'POST', body });
    await clock.advance(10_000);
    expect(listener.requests).toHaveLength(0);
    await clock.advance(50_000);
    await until(() => listener.requests.length > 0);

    const [request] = listener.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/hook' });
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      'export_file[id]': String(started.json.export_files.id),
      'export_file[export_id]': '86480',
      'export_file[status]': 'Available',
    });
  });

  it('does not mind a callback where nobody listens', async () => {
    const { simulator, clock } = createSimulator();
    const target = `${START}?callback=${encodeURIComponent('http://127.0.0.1:9/hook')}`;
    const started = await ask(simulator, target, { method: 'POST' });
    await clock.advance(60_000);

    const { json } = await ask(simulator, started.json.export_files.href);

    expect(json.export_files.status).toBe('Available');
  });

  it('calls loopback addresses only', async () => {
    await using listener = await startFakeVendor(() => ({ status: 204 }));
    const run = { id: 1, exportId: 2, status: 'Available' };

    await postCallback(listener.url.replace('127.0.0.1', '0.0.0.0'), run);
    expect(listener.requests).toHaveLength(0);
    await postCallback(listener.url, run);
    expect(listener.requests).toHaveLength(1);
  });

  it.each(['nowhere', 'ftp://127.0.0.1/x', 'javascript:alert(1)'])(
    'refuses the callback %j',
    async (callback) => {
      const { simulator } = createSimulator();

      const { status, json } = await ask(simulator, `${START}?callback=${encodeURIComponent(callback)}`, {
        method: 'POST',
      });

      expect(status).toBe(422);
      expect(json.errors.schema).toHaveLength(1);
    },
  );
});
