import { describe, expect, it } from 'vitest';
import { DEMO_POWER_BI_CLIENT_ID, DEMO_POWER_BI_CLIENT_SECRET } from '../../../simulator/demo-credentials.ts';
import { toTickDate } from '../../../simulator/power-bi/answers.ts';
import { createExportId } from '../../../simulator/power-bi/ids.ts';
import type { PowerBiSimulatorOptions } from '../../../simulator/power-bi/options.ts';
import { createPowerBiSimulator } from '../../../simulator/power-bi/simulator.ts';
import type { SimulatorRequest, SimulatorResponse, VendorSimulator } from '../../../simulator/simulator.ts';
import { createManualClock, createSeededRandom, type ManualClock } from '../../support/manual-clock.ts';
import { GROUP_ID, REPORT_ID } from '../../vendors/power-bi/support.ts';

type Body = Readonly<Record<string, unknown>>;

const DAY_MS = 24 * 3_600_000;
const REPORT_PATH = `/v1.0/myorg/groups/${GROUP_ID}/reports/${REPORT_ID}`;

interface Stage {
  readonly clock: ManualClock;
  readonly simulator: VendorSimulator;
  call(request: Partial<SimulatorRequest> & { readonly path: string }): Promise<SimulatorResponse>;
  /** The same with a good token. */
  get(path: string, headers?: Record<string, string>, method?: string): Promise<SimulatorResponse>;
  /** Starts an export and gives its path below the mount. */
  start(
    orders?: string,
    body?: object,
  ): Promise<{ readonly path: string; readonly answer: SimulatorResponse }>;
}

function createStage(options: Partial<PowerBiSimulatorOptions> = {}): Stage {
  const clock = createManualClock();
  const mountUrl = 'http://127.0.0.1:4100/power-bi';
  const surroundings = { clock, random: createSeededRandom(7), mountUrl, files: { presign: () => '' } };
  const simulator = createPowerBiSimulator(surroundings, options);

  async function call(request: Parameters<Stage['call']>[0]): Promise<SimulatorResponse> {
    const segments = request.path.slice(1).split('/').map(decodeURIComponent);
    const rest = { method: 'GET', query: new URLSearchParams(), headers: {}, body: '' };
    return await simulator.handle({ ...rest, segments, ...request });
  }
  async function bearer(): Promise<string> {
    const { body } = await call(toTokenCall('/demo-tenant/oauth2/v2.0/token'));
    return `Bearer ${(body as Body).access_token}`;
  }
  return {
    clock,
    simulator,
    call,
    get: async (path, headers = {}, method = 'GET') =>
      call({ path, method, headers: { authorization: await bearer(), ...headers } }),
    async start(orders = '', body = { format: 'PDF' }) {
      const answer = await call({
        method: 'POST',
        path: `${REPORT_PATH}/ExportTo`,
        headers: { authorization: await bearer(), 'x-simulate': orders },
        body: JSON.stringify(body),
      });
      return { answer, path: (answer.headers?.location ?? '').replace(mountUrl, '') };
    },
  };
}

function toTokenCall(path: string, changes: Record<string, string> = {}) {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: DEMO_POWER_BI_CLIENT_ID,
    client_secret: DEMO_POWER_BI_CLIENT_SECRET,
    scope: 'https://analysis.windows.net/powerbi/api/.default',
    resource: 'https://analysis.windows.net/powerbi/api',
    ...changes,
  });
  return { method: 'POST', path, body: form.toString() };
}

describe('the Power BI simulator, tokens', () => {
  it('gives a token whose life is a number on the v2 endpoint and a text on the old one', async () => {
    const { call } = createStage();

    expect(await call(toTokenCall('/t/oauth2/v2.0/token'))).toMatchObject({
      status: 200,
      body: {
        token_type: 'Bearer',
        expires_in: 3_599,
        access_token: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
      },
    });
    expect(await call(toTokenCall('/t/oauth2/token'))).toMatchObject({ body: { expires_in: '3599' } });
  });

  it.each([
    [{ client_secret: 'wrong' }, 401, 'invalid_client'],
    [{ client_id: 'stranger' }, 400, 'unauthorized_client'],
    [{ client_id: '' }, 400, 'invalid_request'],
    [{ grant_type: 'password' }, 400, 'unsupported_grant_type'],
    [{ scope: 'Report.Read.All' }, 400, 'invalid_scope'],
    [{ scope: 'a/.default b/.default' }, 400, 'invalid_scope'],
  ])('refuses %j with %i %s', async (changes, status, error) => {
    const answer = await createStage().call(toTokenCall('/t/oauth2/v2.0/token', changes));

    expect(answer).toMatchObject({
      status,
      body: { error, error_description: expect.stringMatching(/^AADSTS/) },
    });
  });

  it('wants the resource on the old endpoint', async () => {
    const answer = await createStage().call(toTokenCall('/t/oauth2/token', { resource: '' }));

    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('answers 401 without a body to no token or a forged one, on every call', async () => {
    const { call, start } = createStage();
    const { path } = await start();

    for (const authorization of [undefined, '', 'Bearer x', 'Bearer a.b.c', 'Basic eA=='])
      for (const target of [path, `${path}/file`]) {
        const answer = await call({ path: target, headers: { authorization } });
        expect(answer).toEqual({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
      }
  });

  it('answers 403 TokenExpired once a token is as old as it may get', async () => {
    const { call, clock } = createStage({ tokenLifetimeSeconds: 60 });
    const { body } = await call(toTokenCall('/t/oauth2/v2.0/token'));
    const headers = { authorization: `Bearer ${(body as Body).access_token}` };

    await clock.advance(59_999);
    expect(await call({ path: `${REPORT_PATH}/exports/x`, headers })).toMatchObject({ status: 404 });
    await clock.advance(1);
    expect(await call({ path: `${REPORT_PATH}/exports/x`, headers })).toMatchObject({
      status: 403,
      body: { error: { code: 'TokenExpired' } },
    });
  });
});

describe('the Power BI simulator, starting', () => {
  it('accepts with 202, NotStarted, no name yet, and the status address in Location', async () => {
    const { answer, path } = await createStage().start();
    const body = answer.body as Body;

    expect(answer).toMatchObject({ status: 202, headers: { 'retry-after': '2' } });
    expect(path).toBe(`${REPORT_PATH}/exports/${body.id}`);
    expect(body).toMatchObject({
      status: 'NotStarted',
      percentComplete: 0,
      reportId: REPORT_ID,
      expirationTime: '0001-01-01T00:00:00Z',
    });
    expect(body).not.toHaveProperty('reportName');
    expect(body).not.toHaveProperty('resourceLocation');
  });

  it('ends within 20 to 40 seconds', async () => {
    const { start, get, clock } = createStage();
    const { path } = await start();

    await clock.advance(19_999);
    expect((await get(path)).body).toMatchObject({ status: 'Running' });
    await clock.advance(20_002);
    expect((await get(path)).body).toMatchObject({ status: 'Succeeded' });
  });

  it.each([
    [{ format: 'PNG' }, '.zip'],
    [{ format: 'PNG', powerBIReportConfiguration: { pages: [{ pageName: 'one' }] } }, '.png'],
    [{ format: 'XLSX' }, '.xlsx'],
    [{ format: 'ACCESSIBLEPDF' }, '.pdf'],
  ])('turns %j into a %s', async (body, extension) => {
    const { start, get } = createStage();
    const { path } = await start('instant', body);

    expect((await get(path)).body).toMatchObject({ resourceFileExtension: extension });
  });

  it.each<[object, string]>([
    [{}, 'format'],
    [{ format: 'EXE' }, 'format'],
    [{ format: 'constructor' }, 'format'],
    [{ format: 'PDF', powerBIReportConfiguration: { pages: Array(51).fill({ pageName: 'p' }) } }, 'pages'],
    [
      { format: 'PDF', powerBIReportConfiguration: { reportLevelFilters: [{}, {}] } },
      'powerBIReportConfiguration',
    ],
  ])('refuses a body that the API refuses (case %#)', async (body, target) => {
    const { answer } = await createStage().start('', body);

    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: 'InvalidRequest', details: [{ target }] } },
    });
  });

  it('refuses a body that is no JSON, and a kind of file that it cannot write', async () => {
    const { get, start } = createStage();

    expect(await get(`${REPORT_PATH}/ExportTo`, {}, 'POST')).toMatchObject({ status: 400 });
    expect((await start('', { format: 'DOCX' })).answer).toMatchObject({
      status: 400,
      body: { error: { code: 'FeatureNotAvailableError' } },
    });
  });

  it('gives each export an id of its own', async () => {
    const { start } = createStage();

    expect((await start()).path).not.toBe((await start()).path);
  });
});

describe('the Power BI simulator, orders', () => {
  it('fails for good when told "failed"', async () => {
    const { start, get } = createStage();
    const { path } = await start('failed,instant');

    const answer = await get(path);

    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('retry-after');
    expect(answer.body).toMatchObject({
      status: 'Failed',
      percentComplete: 0,
      error: { code: 'DM_SimulatedError' },
    });
  });

  it('fails with Retry-After when told "failed-busy"', async () => {
    const { start, get } = createStage();
    const { path } = await start('failed-busy, instant');

    expect(await get(path)).toMatchObject({
      status: 200,
      headers: { 'retry-after': '60' },
      body: { status: 'Failed' },
    });
  });

  it('does not know its state for a while when told "undefined"', async () => {
    const { start, get, clock } = createStage();
    const { path } = await start('undefined');

    await clock.advance(8_500);
    const answer = await get(path);
    await clock.advance(60_000);

    expect(answer).toMatchObject({ status: 202, body: { status: 'Undefined' } });
    expect(answer.body).not.toHaveProperty('percentComplete');
    expect((await get(path)).body).toMatchObject({ status: 'Succeeded' });
  });

  it('takes ten times as long when told "slow"', async () => {
    const { start, get, clock } = createStage();
    const { path } = await start('slow');

    await clock.advance(190_000);
    expect((await get(path)).body).toMatchObject({ status: 'Running' });
    await clock.advance(220_000);
    expect((await get(path)).body).toMatchObject({ status: 'Succeeded' });
  });
});

describe('the Power BI simulator, status', () => {
  it('moves from 202 to 200, its percentage jumping and never falling', async () => {
    const { start, get, clock } = createStage();
    const { path } = await start();
    const words = new Set<unknown>();
    const percents: number[] = [];

    for (let second = 0; second <= 40; second += 1) {
      const { status, body } = await get(path);
      const { status: word, percentComplete } = body as { status: string; percentComplete: number };
      expect(status).toBe(word === 'Succeeded' ? 200 : 202);
      words.add(word);
      percents.push(percentComplete);
      await clock.advance(1_000);
    }

    expect([...words]).toEqual(['NotStarted', 'Running', 'Succeeded']);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(new Set(percents).size).toBeGreaterThan(5);
    expect(percents.at(-1)).toBe(100);
  });

  it('names the finished file by a whole address, for a day', async () => {
    const { start, get, clock } = createStage();
    const { path } = await start('instant');
    await clock.advance(5);

    expect((await get(path)).body).toMatchObject({
      status: 'Succeeded',
      reportName: `Report ${REPORT_ID.slice(0, 8)}`,
      resourceLocation: `http://127.0.0.1:4100/power-bi${path}/file`,
      resourceFileExtension: '.pdf',
      expirationTime: toTickDate(clock.now() - 5 + DAY_MS),
    });
  });

  it('finds an id whose = came encoded, and one whose = did not', async () => {
    const { start, get } = createStage();
    const { path } = await start();

    expect(path).toMatch(/=$/);
    expect(await get(path)).toMatchObject({ status: 202 });
    expect(await get(path.replaceAll('=', '%3D'))).toMatchObject({ status: 202 });
  });

  it('knows an export only in its own workspace and report', async () => {
    const { start, get } = createStage();
    const { path } = await start();
    const other = 'cccccccc-0000-4000-8000-000000000003';

    for (const wrong of [
      path.replace(`/groups/${GROUP_ID}`, ''),
      path.replace(GROUP_ID, other),
      path.replace(REPORT_ID, other),
      `${path}x`,
      `${path}/files`,
      `${path}/file/more`,
      path.replace('/exports/', '/export/'),
    ])
      expect(await get(wrong)).toEqual({ status: 404, body: { error: { code: 'PowerBIEntityNotFound' } } });
    expect(await get(path.replace(GROUP_ID, GROUP_ID.toUpperCase()))).toMatchObject({ status: 202 });
  });

  it('refuses ids that are no UUIDs', async () => {
    const { get } = createStage();

    expect(await get('/v1.0/myorg/reports/7/exports/x')).toMatchObject({ status: 400 });
    expect(await get(`/v1.0/myorg/groups/7/reports/${REPORT_ID}/exports/x`)).toMatchObject({ status: 400 });
  });

  it('leaves out what its options say', async () => {
    const { start, get } = createStage({
      sendsRetryAfter: false,
      sendsPercent: false,
      sendsContext: false,
      spellsExtensionWithCapital: true,
    });
    const running = await get((await start()).path);
    const done = await get((await start('instant')).path);

    expect(running.headers).toEqual({});
    expect(running.body).not.toHaveProperty('percentComplete');
    expect(running.body).not.toHaveProperty('@odata.context');
    expect(done.body).toHaveProperty('ResourceFileExtension', '.pdf');
    expect(done.body).not.toHaveProperty('resourceFileExtension');
  });

  it('says errors as the vendor does, for faults ordered from outside', () => {
    const { simulator } = createStage();

    expect(simulator.errorBody?.(500)).toEqual({ Message: 'An error has occurred.' });
    expect(simulator.errorBody?.(429)).toMatchObject({ error: { code: 'TooManyRequests' } });
    expect(simulator.errorBody?.(401)).toBeUndefined();
  });
});

describe('the Power BI simulator, files', () => {
  it('hands the bytes out whole, by range, and as a head', async () => {
    const { start, get } = createStage();
    const { path } = await start('instant');

    const whole = await get(`${path}/file`);
    const bytes = whole.body as Uint8Array;
    expect(whole).toMatchObject({ status: 200, headers: { 'content-type': 'application/pdf' } });
    expect(Buffer.from(bytes.subarray(0, 5)).toString()).toBe('%PDF-');
    expect(whole.headers).not.toHaveProperty('content-disposition');

    const part = await get(`${path}/file`, { range: 'bytes=0-4' });
    expect(part).toMatchObject({
      status: 206,
      headers: { 'content-range': `bytes 0-4/${bytes.length}`, etag: whole.headers?.etag },
    });
    expect(Buffer.from(part.body as Uint8Array).toString()).toBe('%PDF-');

    expect(await get(`${path}/file`, {}, 'HEAD')).toMatchObject({ status: 200 });
  });

  it('has no file before the end, after a failure, and after a day', async () => {
    const { start, get, clock } = createStage();
    const running = await start();
    const failed = await start('failed,instant');
    const done = await start('instant');

    expect(await get(`${running.path}/file`)).toMatchObject({ status: 404 });
    expect(await get(`${failed.path}/file`)).toMatchObject({ status: 404 });
    await clock.advance(DAY_MS - 1);
    expect(await get(`${done.path}/file`)).toMatchObject({ status: 200 });
    await clock.advance(1);
    expect(await get(`${done.path}/file`)).toMatchObject({ status: 404 });
  });
});

describe('the Power BI simulator, seeds', () => {
  it('are the same at every start', () => {
    expect(createStage().simulator.seed()).toEqual(createStage().simulator.seed());
  });

  it('lie in two workspaces and in My workspace', () => {
    const seeds = createStage().simulator.seed();

    expect(new Set(seeds.map(({ ids }) => ids.groupId)).size).toBe(3);
    expect(new Set(seeds.map(({ ids }) => ids.exportId)).size).toBe(seeds.length);
  });

  it('wait for the first look, and end as they say within 20 to 60 seconds', async () => {
    const { simulator, get, clock } = createStage();
    const seeds = simulator.seed();
    const readAll = () =>
      Promise.all(
        seeds.map(async ({ ids }) => {
          const workspace = ids.groupId === undefined ? '' : `/groups/${ids.groupId}`;
          const path = `/v1.0/myorg${workspace}/reports/${ids.reportId}/exports/${ids.exportId}`;
          return ((await get(path)).body as Body).status;
        }),
      );

    await clock.advance(3_600_000);
    const first = await readAll();
    await clock.advance(19_999);
    const later = await readAll();
    await clock.advance(40_001);
    const last = await readAll();

    expect(first.every((word) => word === 'NotStarted' || word === 'Undefined')).toBe(true);
    expect(later).not.toContain('Succeeded');
    expect(later).toContain('Running');
    expect(last).toEqual(seeds.map(({ ends }) => ends));
  });
});

describe('the shapes of real answers', () => {
  it('are kept by export ids', () => {
    const id = createExportId('any');

    expect(id).toMatch(/^[A-Za-z0-9]{123}=$/);
    expect(Buffer.from(id, 'base64').toString()).toMatch(
      /^2\/BlobIdV2-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}[\w-]{43}=\.$/,
    );
  });

  it('are kept by instants: up to 7 fraction digits, zeros trimmed', () => {
    expect(toTickDate(Date.UTC(2024, 2, 1, 17, 17, 59, 827))).toMatch(/^2024-03-01T17:17:59\.827\d{0,4}Z$/);
    expect(toTickDate(0)).toBe('1970-01-01T00:00:00Z');
    for (let second = 0; second < 1_000; second += 1)
      expect(toTickDate(second * 1_037)).toMatch(/^1970-01-01T00:\d\d:\d\d(\.\d{0,6}[1-9])?Z$/);
  });
});
