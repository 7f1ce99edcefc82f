import { describe, expect, it } from 'vitest';
import {
  createHiEnergySimulator,
  type HiEnergySimulatorOptions,
} from '../../../simulator/hi-energy/simulator.ts';
import { startSimulators } from '../../../simulator/server.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createVendorClient, type StartCall } from '../starting.ts';

/** Hi Energy on a socket. */
async function startStage(options: HiEnergySimulatorOptions = {}) {
  const clock = createManualClock();
  const simulators = await startSimulators({
    clock,
    vendors: { 'hi-energy': (surroundings) => createHiEnergySimulator(surroundings, options) },
  });
  const client = createVendorClient(simulators, 'hi-energy');
  return {
    clock,
    simulators,
    client,
    count: () => simulators.orders.read()['hi-energy'].count,
    start: async (call?: StartCall) => {
      const { status, text } = await client.start(call);
      return { status, json: JSON.parse(text) };
    },
    [Symbol.asyncDispose]: () => simulators[Symbol.asyncDispose](),
  };
}

describe('a start at the simulated Hi Energy', () => {
  it.each([200, 201, 202] as const)('is %i where the options say so', async (startStatus) => {
    await using stage = await startStage({ startStatus });

    const { status, json } = await stage.start();

    expect(status).toBe(startStatus);
    expect(json).toMatchObject({ export: { id: 6_001, status: 'pending' } });
    expect(stage.simulators.orders.read()['hi-energy'].orders).toEqual([
      {
        ids: { exportId: '6001' },
        order: { report_type: 'deals_excel', search_params: { q: 'garden' }, index_params: {} },
      },
    ]);
  });

  it.each([
    ['top', { export: { id: 6_001 } }],
    ['error-details', { error: { details: { export: { id: 6_001 } } } }],
    ['details', { details: { export: { id: 6_001 } } }],
    ['none', { error: { code: 'CONFLICT' } }],
  ] as const)('is 409 while an identical one runs, that one at "%s"', async (conflictShape, json) => {
    await using stage = await startStage({ conflictShape });
    await stage.start();

    const second = await stage.start();

    expect(second).toMatchObject({ status: 409, json: { ...json, error: { code: 'CONFLICT' } } });
    expect(JSON.stringify(second.json).match(/"id":6001/g)?.length).toBe(
      conflictShape === 'none' ? undefined : 1,
    );
    expect(stage.count()).toBe(1);
  });

  it('is 200 and deduped once an identical one has completed: nothing new is started', async () => {
    await using stage = await startStage();
    await stage.start();
    await stage.clock.advance(60_000);

    expect(await stage.start()).toMatchObject({
      status: 200,
      json: { export: { id: 6_001, status: 'completed' }, deduped: true },
    });
    expect(stage.count()).toBe(1);
  });

  it.each<readonly [string, StartCall, number, string]>([
    ['an unknown report type', { body: { report_type: 'deals' } }, 422, 'VALIDATION_ERROR'],
    ['no report type', { body: {} }, 422, 'VALIDATION_ERROR'],
    ['a body that is no object', { body: [] }, 400, 'BAD_REQUEST'],
    ['a key for reading only', { headers: { 'x-api-key': 'read-only-hi-energy-key' } }, 403, 'FORBIDDEN'],
    ['the order "forbidden"', { headers: { 'x-simulate': 'forbidden' } }, 403, 'FORBIDDEN'],
    ['a key that is none', { headers: { 'x-api-key': 'none' } }, 401, 'UNAUTHORIZED'],
  ])('is refused for %s, and nothing is started', async (_what, call, status, code) => {
    await using stage = await startStage();

    expect(await stage.start(call)).toMatchObject({ status, json: { error: { code } } });
    expect(stage.count()).toBe(0);
  });

  it('lets a key for reading only read', async () => {
    await using stage = await startStage();

    const answer = await stage.client.send('GET', '/exports', { 'x-api-key': 'read-only-hi-energy-key' });

    expect(answer.status).toBe(200);
  });

  it('can be told how it goes through the admin API, by a caller that cannot send the header', async () => {
    await using stage = await startStage();
    stage.simulators.faults.order({ vendor: 'hi-energy', kind: 'simulate', words: 'failed' });

    await stage.start();
    await stage.clock.advance(60_000);

    const looked = JSON.parse((await stage.client.look({ exportId: '6001' })).text);
    expect(looked.export).toMatchObject({ status: 'failed', error_message: 'Export could not be generated' });
  });

  it('cannot be canceled: there is no such call', async () => {
    await using stage = await startStage();
    await stage.start();

    expect((await stage.client.send('DELETE', '/exports/6001')).status).toBe(404);
  });
});
