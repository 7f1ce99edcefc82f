import { describe, expect, it } from 'vitest';
import { startSimulators } from '../../../simulator/server.ts';
import type { WebAdmitSimulatorOptions } from '../../../simulator/web-admit/options.ts';
import { createWebAdmitSimulator } from '../../../simulator/web-admit/simulator.ts';
import { startFakeVendor } from '../../support/fake-vendor.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createVendorClient, type StartCall } from '../starting.ts';

const PATH = '/api/v1/user_identities/37442/exports/86480/export_files';

/** WebAdMIT on a socket. */
async function startStage(options: Partial<WebAdmitSimulatorOptions> & { readonly speed?: number } = {}) {
  const clock = createManualClock();
  const simulators = await startSimulators({
    clock,
    speed: options.speed,
    vendors: { 'web-admit': (surroundings) => createWebAdmitSimulator(surroundings, options) },
  });
  const client = createVendorClient(simulators, 'web-admit');
  return {
    clock,
    simulators,
    client,
    count: () => simulators.orders.read()['web-admit'].count,
    start: async (call?: StartCall) => {
      const { status, text } = await client.start(call);
      return { status, json: text === '' ? null : JSON.parse(text) };
    },
    [Symbol.asyncDispose]: () => simulators[Symbol.asyncDispose](),
  };
}

describe('a start at the simulated WebAdMIT', () => {
  it('is 201 with a new run, and with that same run as long as it is under way', async () => {
    await using stage = await startStage();

    const first = await stage.start();
    await stage.clock.advance(19_000);
    const second = await stage.start();
    await stage.clock.advance(60_000);
    const third = await stage.start();

    const [one, two, three] = [first, second, third].map(({ json }) => json.export_files.id);
    expect([first, second, third].map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(first.json.export_files).toMatchObject({ status: 'Initializing', export_id: 86_480 });
    expect(first.json.export_files).not.toHaveProperty('download_url');
    expect(two).toBe(one);
    expect(three).not.toBe(one);
    expect(stage.simulators.orders.read()['web-admit'].orders.map(({ ids }) => ids)).toEqual(
      [one, three].map((id) => ({ userIdentityId: '37442', exportId: '86480', exportFileId: String(id) })),
    );
  });

  it('is an array of one behind its path in the form of old', async () => {
    await using stage = await startStage({ wrapsRunsInArrays: true });

    expect((await stage.start()).json).toMatchObject({
      href: PATH,
      export_files: [{ status: 'Initializing' }],
    });
  });

  it.each<readonly [string, StartCall, number, object | null]>([
    [
      'a callback that is no address',
      { body: { callback: 'nowhere' } },
      422,
      { errors: { schema: [expect.any(String)] } },
    ],
    [
      'a callback in the query that is none',
      { path: `${PATH}?callback=x` },
      422,
      { errors: { schema: [expect.any(String)] } },
    ],
    ['an unknown template', { path: PATH.replace('86480', '1') }, 404, { message: 'Not Found' }],
    ["another identity's template", { path: PATH.replace('86480', '90210') }, 404, { message: 'Not Found' }],
    [
      'an unknown identity',
      { path: PATH.replace('37442', '999') },
      404,
      { message: "User identity '999' not found." },
    ],
    [
      'an identity without access',
      { path: PATH.replace('37442', '37601') },
      403,
      { message: 'Feature not available.' },
    ],
    ['a wrong key', { headers: { 'x-api-key': 'wrong' } }, 401, null],
  ])('is refused for %s, and nothing is started', async (_what, call, status, json) => {
    await using stage = await startStage();

    expect(await stage.start(call)).toEqual({ status, json });
    expect(stage.count()).toBe(0);
  });

  it.each([429, 403] as const)('is %i where the hour is spent', async (overLimitStatus) => {
    await using stage = await startStage({ callsPerHour: 0, overLimitStatus });

    expect((await stage.start()).status).toBe(overLimitStatus);
    expect(stage.count()).toBe(0);
  });

  it('cannot be canceled: there is no such call', async () => {
    await using stage = await startStage();
    const { json } = await stage.start();

    expect((await stage.client.send('DELETE', json.export_files.href)).status).toBe(404);
  });
});

describe('the callback of a start', () => {
  it.each([
    [1, 60_000],
    [60, 1_000],
  ])('is posted when the run ends on the simulated clock, at speed %i', async (speed, waitMs) => {
    await using listener = await startFakeVendor(() => ({ status: 202 }));
    await using stage = await startStage({ speed });
    const callback = `${listener.url}/callbacks/token`;

    const { json } = await stage.start({ body: { callback } });
    await stage.clock.advance(10_000 / speed);
    const early = listener.requests.length;
    await stage.clock.advance(waitMs);

    await expect.poll(() => listener.requests).toHaveLength(1);
    expect(early).toBe(0);
    expect(Object.fromEntries(new URLSearchParams(listener.requests[0]?.body))).toEqual({
      'export_file[id]': String(json.export_files.id),
      'export_file[export_id]': '86480',
      'export_file[status]': 'Available',
    });
    expect(stage.simulators.orders.read()['web-admit'].orders[0]?.order).toMatchObject({ callback });
  });

  it('is posted for a start whose answer was lost', async () => {
    await using listener = await startFakeVendor(() => ({ status: 202 }));
    await using stage = await startStage();

    const start = stage.start({
      body: { callback: `${listener.url}/hook` },
      headers: { 'x-simulate': 'lost-answer,instant,empty' },
    });
    await expect(start).rejects.toThrow();
    await stage.clock.advance(1);

    await expect.poll(() => listener.requests).toHaveLength(1);
    expect(listener.requests[0]?.body).toContain('Empty+List');
  });
});
