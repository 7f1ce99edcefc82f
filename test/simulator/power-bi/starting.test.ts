import { describe, expect, it } from 'vitest';
import type { PowerBiSimulatorOptions } from '../../../simulator/power-bi/options.ts';
import { createPowerBiSimulator } from '../../../simulator/power-bi/simulator.ts';
import { startSimulators } from '../../../simulator/server.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createVendorClient, GROUP_ID, REPORT_ID, type StartCall } from '../starting.ts';

/** Power BI on a socket, and a client with a good token. */
async function startStage(options: Partial<PowerBiSimulatorOptions> = {}) {
  const clock = createManualClock();
  const simulators = await startSimulators({
    clock,
    vendors: { 'power-bi': (surroundings) => createPowerBiSimulator(surroundings, options) },
  });
  const client = createVendorClient(simulators, 'power-bi');
  return {
    clock,
    simulators,
    client,
    start: async (call?: StartCall) => {
      const { status, headers, text } = await client.start(call);
      return { status, headers, json: text === '' ? null : JSON.parse(text) };
    },
    [Symbol.asyncDispose]: () => simulators[Symbol.asyncDispose](),
  };
}

const simulate = (words: string): StartCall => ({ headers: { 'x-simulate': words } });

describe('a start at the simulated Power BI', () => {
  it.each([
    ['a workspace', `/groups/${GROUP_ID}/reports/${REPORT_ID}`, { groupId: GROUP_ID }],
    ['My workspace', `/reports/${REPORT_ID}`, {}],
  ])('in %s is 202, NotStarted, with the place to look in Location', async (_where, path, workspace) => {
    await using stage = await startStage();

    const { status, headers, json } = await stage.start({ path: `${path}/ExportTo` });

    expect(status).toBe(202);
    expect(json).toMatchObject({ status: 'NotStarted', reportId: REPORT_ID });
    expect(headers.location).toBe(`${stage.simulators.baseUrls['power-bi']}${path}/exports/${json.id}`);
    expect(stage.simulators.orders.read()['power-bi']).toEqual({
      count: 1,
      orders: [{ ids: { ...workspace, reportId: REPORT_ID, exportId: json.id }, order: { format: 'PDF' } }],
    });
  });

  it('takes both configurations, each for its kind of report', async () => {
    await using stage = await startStage();
    const reportConfiguration = {
      settings: { locale: 'de-DE', includeHiddenPages: false },
      defaultBookmark: { name: 'autumn' },
      reportLevelFilters: [{ filter: "Store/Territory eq 'NC'" }],
      pages: [{ pageName: 'one', visualName: 'chart', bookmark: { state: 'H4sI' } }],
      identities: [{ username: 'ana', roles: ['sales'], datasets: ['x'] }],
    };
    const paginatedReportConfiguration = {
      formatSettings: { PageHeight: '11in' },
      parameterValues: [{ name: 'year', value: '2026' }],
    };

    const started = [
      await stage.start({ body: { format: 'PNG', powerBIReportConfiguration: reportConfiguration } }),
      await stage.start({ body: { format: 'XLSX', paginatedReportConfiguration } }),
      await stage.start({ body: { format: 'PDF', paginatedReportConfiguration } }),
    ];

    expect(started.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(stage.simulators.orders.read()['power-bi'].orders[0]?.order).toEqual({
      format: 'PNG',
      powerBIReportConfiguration: reportConfiguration,
    });
  });

  it.each([
    [{ format: 'XLSX', powerBIReportConfiguration: {} }, 'format'],
    [{ format: 'PNG', paginatedReportConfiguration: {} }, 'format'],
    [
      { format: 'PDF', paginatedReportConfiguration: {}, powerBIReportConfiguration: {} },
      'paginatedReportConfiguration',
    ],
    [
      { format: 'PDF', powerBIReportConfiguration: { pages: [{ visualName: 'x' }] } },
      'powerBIReportConfiguration',
    ],
    [
      { format: 'PDF', paginatedReportConfiguration: { formatSettings: { a: 1 } } },
      'paginatedReportConfiguration',
    ],
    [{ format: 'PDF', powerBIReportConfiguration: 'all' }, 'powerBIReportConfiguration'],
  ])('is refused with 400 and the field at fault (case %#)', async (body, target) => {
    await using stage = await startStage();

    expect(await stage.start({ body })).toMatchObject({
      status: 400,
      json: { error: { code: 'InvalidRequest', details: [{ target }] } },
    });
    expect(stage.simulators.orders.read()['power-bi'].count).toBe(0);
  });

  it.each([
    ['no-capacity', 400, { code: 'InvalidRequest', message: expect.stringContaining('dedicated capacity') }],
    ['not-available', 400, { code: 'FeatureNotAvailableError' }],
    ['forbidden', 403, { code: 'PowerBINotAuthorizedException' }],
    ['not-found', 404, { code: 'PowerBIEntityNotFound' }],
    ['throttled', 429, { code: 'TooManyRequests', message: expect.any(String) }],
  ])('told "%s" is refused with %i, and nothing is started', async (word, status, error) => {
    await using stage = await startStage();

    const answer = await stage.start(simulate(word));

    expect(answer).toMatchObject({ status, json: { error } });
    expect(answer.headers['retry-after']).toBe(status === 429 ? '30' : undefined);
    expect(stage.simulators.orders.read()['power-bi'].count).toBe(0);
  });

  it.each([
    `/groups/${GROUP_ID}/reports/00000000-0000-0000-0000-000000000000/ExportTo`,
    `/groups/00000000-0000-0000-0000-000000000000/reports/${REPORT_ID}/ExportTo`,
    `/groups/${GROUP_ID}/reports/${REPORT_ID}/exportTo`,
  ])('is 404 at %s, which does not exist', async (path) => {
    await using stage = await startStage();

    expect(await stage.start({ path })).toMatchObject({
      status: 404,
      json: { error: { code: 'PowerBIEntityNotFound' } },
    });
  });

  it('can be answered without an id, its place still in Location', async () => {
    await using stage = await startStage();

    const { status, headers, json } = await stage.start(simulate('without-id'));

    const [order] = stage.simulators.orders.read()['power-bi'].orders;
    expect(status).toBe(202);
    expect(json).toMatchObject({ status: 'NotStarted' });
    expect(json).not.toHaveProperty('id');
    expect(headers.location).toMatch(new RegExp(`/exports/${order?.ids.exportId}$`));
  });

  it('is 403 TokenExpired on demand and starts nothing, then goes on', async () => {
    await using stage = await startStage();
    stage.simulators.faults.order({ vendor: 'power-bi', kind: 'token-expired' });

    const answers = [await stage.start(), await stage.start()];

    expect(answers).toMatchObject([
      { status: 403, json: { error: { code: 'TokenExpired' } } },
      { status: 202 },
    ]);
    expect(stage.simulators.orders.read()['power-bi'].count).toBe(1);
  });

  it('is 429 with Retry-After where the capacity is full, until an export ends', async () => {
    await using stage = await startStage({ maxRunning: 2 });
    await stage.start();
    await stage.start();

    const full = await stage.start();
    await stage.clock.advance(60_000);
    const later = await stage.start();

    expect(full).toMatchObject({ status: 429, headers: { 'retry-after': '30' } });
    expect(later.status).toBe(202);
    expect(stage.simulators.orders.read()['power-bi'].count).toBe(3);
  });

  it('is 403 without a workspace where applications have no My workspace', async () => {
    await using stage = await startStage({ hasMyWorkspace: false });

    expect(await stage.start({ path: `/reports/${REPORT_ID}/ExportTo` })).toMatchObject({
      status: 403,
      json: { error: { code: 'PowerBINotAuthorizedException' } },
    });
    expect((await stage.start()).status).toBe(202);
  });

  it('cannot be canceled: there is no such call', async () => {
    await using stage = await startStage();
    const { json } = await stage.start();
    const path = `/groups/${GROUP_ID}/reports/${REPORT_ID}/exports/${json.id}`;

    expect((await stage.client.send('DELETE', path)).status).toBe(404);
    expect((await stage.client.send('GET', path)).status).toBe(202);
  });
});
