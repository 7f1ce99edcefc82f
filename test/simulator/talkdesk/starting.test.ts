import { describe, expect, it } from 'vitest';
import { startSimulators } from '../../../simulator/server.ts';
import type { TalkdeskSimulatorOptions } from '../../../simulator/talkdesk/options.ts';
import { createTalkdeskSimulator } from '../../../simulator/talkdesk/simulator.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createVendorClient, type StartCall } from '../starting.ts';

/** Talkdesk on a socket. */
async function startStage(options: Partial<TalkdeskSimulatorOptions> = {}) {
  const clock = createManualClock();
  const simulators = await startSimulators({
    clock,
    vendors: { talkdesk: (surroundings) => createTalkdeskSimulator(surroundings, options) },
  });
  const client = createVendorClient(simulators, 'talkdesk');
  const start = async (call?: StartCall) => {
    const { status, text } = await client.start(call);
    return { status, json: JSON.parse(text) };
  };
  return {
    clock,
    simulators,
    start,
    count: () => simulators.orders.read().talkdesk.count,
    /** The id of a job that was started. @param words - of `x-simulate` */
    startJob: async (words?: string): Promise<string> =>
      (await start(words === undefined ? {} : { headers: { 'x-simulate': words } })).json.id,
    look: async (jobId: string): Promise<string> =>
      JSON.parse((await client.look({ reportType: 'calls', jobId })).text).job.status,
    stop: (jobId: string, headers?: Record<string, string>) =>
      client.send('DELETE', `/data/reports/calls/files/${jobId}`, headers),
    [Symbol.asyncDispose]: () => simulators[Symbol.asyncDispose](),
  };
}

describe('a start at the simulated Talkdesk', () => {
  it.each([
    [202, 'flat'],
    [200, 'flat'],
    [201, 'wrapped'],
  ] as const)('is %i with a %s job', async (createStatus, createBody) => {
    await using stage = await startStage({ createStatus, createBody });

    const { status, json } = await stage.start();

    const job = createBody === 'flat' ? json : json.job;
    expect(status).toBe(createStatus);
    expect(job).toMatchObject({ status: 'created', type: 'calls', name: 'Calls' });
    expect(stage.simulators.orders.read().talkdesk.orders).toEqual([
      {
        ids: { reportType: 'calls', jobId: job.id },
        order: {
          ...{ name: 'Calls', format: 'csv', timezone: 'UTC' },
          timespan: { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' },
        },
      },
    ]);
  });

  const day = { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' };
  it.each([
    [{}, ['timespan[from]', 'timespan[to]']],
    [{ timespan: { from: day.from } }, ['timespan[to]']],
    [{ timespan: { ...day, from: 'soon' } }, ['timespan[from]']],
    [{ timespan: { ...day, to: day.from } }, ['timespan']],
    [{ timespan: { ...day, to: '2026-12-02T00:00:01Z' } }, ['timespan']],
    [{ timespan: day, format: 'xlsx', timezone: 'Europe/Nowhere' }, ['format', 'timezone']],
  ])('is refused with 400 and the fields of %j', async (body, names) => {
    await using stage = await startStage();

    const { status, json } = await stage.start({ body });

    expect(status).toBe(400);
    expect(json).toMatchObject({ code: 1400, message: 'input parameters validation failed' });
    expect(json.fields.map(({ name }: { name: string }) => name)).toEqual(names);
    expect(stage.count()).toBe(0);
  });

  it('takes a timespan of 31 days', async () => {
    await using stage = await startStage();

    const { status } = await stage.start({ body: { timespan: { ...day, to: '2026-12-02T00:00:00Z' } } });

    expect(status).toBe(202);
  });

  it.each<readonly [string, StartCall, number, string]>([
    ['an unknown report type', { path: '/data/reports/mine/jobs' }, 400, 'Report type is invalid'],
    ['"misconfigured"', { headers: { 'x-simulate': 'misconfigured' } }, 403, 'Forbidden'],
    [
      '"audit-unavailable"',
      { headers: { 'x-simulate': 'audit-unavailable' } },
      503,
      'Unable to audit operation',
    ],
    ['"server-error"', { headers: { 'x-simulate': 'server-error' } }, 500, 'Internal server error'],
    ['another header', { headers: { 'x-simulate': 'toString' } }, 400, 'input parameters validation failed'],
  ])('is refused for %s, and nothing is started', async (_what, call, status, message) => {
    await using stage = await startStage();

    expect(await stage.start(call)).toMatchObject({ status, json: { message } });
    expect(stage.count()).toBe(0);
  });

  it.each([401, 403] as const)(
    'is refused with %i on demand as if the token had run out, and nothing is started',
    async (expiredTokenStatus) => {
      await using stage = await startStage({ expiredTokenStatus });
      stage.simulators.faults.order({ vendor: 'talkdesk', kind: 'token-expired', call: 'start' });

      const { status, json } = await stage.start();

      expect(status).toBe(expiredTokenStatus);
      expect(json).toMatchObject({ description: 'Token expired' });
      expect(stage.count()).toBe(0);
    },
  );
});

describe('a job at the simulated Talkdesk that is deleted', () => {
  it.each([
    [0, 'created'],
    [3_000, 'processing'],
    [9_000, 'uploading'],
  ])('while it runs is canceled (after %i ms, "%s")', async (waitMs, word) => {
    await using stage = await startStage();
    const id = await stage.startJob();
    await stage.clock.advance(waitMs);
    const before = await stage.look(id);

    const answer = await stage.stop(id);

    expect(before).toBe(word);
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(await stage.look(id)).toBe('canceled');
    await stage.clock.advance(60_000);
    expect(await stage.look(id)).toBe('canceled');
    expect(stage.simulators.calls.read().talkdesk.cancel).toBe(1);
  });

  it.each([
    ['by its header', { headers: { 'x-simulate': 'lingering' }, options: {} }],
    ['by option', { headers: {}, options: { cancelTakesMs: 10_000 } }],
  ])('goes on for a while before it is canceled, %s', async (_how, { headers, options }) => {
    await using stage = await startStage(options);
    const id = await stage.startJob('slow');
    await stage.clock.advance(60_000);

    const answer = await stage.stop(id, headers);
    const seen: string[] = [];
    for (const waitMs of [0, 9_999, 1]) {
      await stage.clock.advance(waitMs);
      seen.push(await stage.look(id));
    }

    expect(answer.status).toBe(204);
    expect(seen).toEqual(['processing', 'processing', 'canceled']);
  });

  it('goes on by order of the admin API too, for a caller that cannot send the header', async () => {
    await using stage = await startStage();
    const id = await stage.startJob('slow');
    stage.simulators.faults.order({
      vendor: 'talkdesk',
      kind: 'simulate',
      words: 'lingering',
      call: 'cancel',
    });

    await stage.stop(id);

    expect(await stage.look(id)).toBe('created');
    await stage.clock.advance(10_000);
    expect(await stage.look(id)).toBe('canceled');
  });

  it('is not canceled any later when it is asked twice', async () => {
    await using stage = await startStage({ cancelTakesMs: 10_000 });
    const id = await stage.startJob('slow');
    await stage.stop(id);
    await stage.clock.advance(5_000);

    const again = await stage.stop(id);
    await stage.clock.advance(5_000);

    expect(again.status).toBe(204);
    expect(await stage.look(id)).toBe('canceled');
  });

  it('is done where it is faster than its end', async () => {
    await using stage = await startStage({ cancelTakesMs: 10_000 });
    const id = await stage.startJob();
    await stage.clock.advance(9_000);

    await stage.stop(id);
    await stage.clock.advance(20_000);

    expect(await stage.look(id)).toBe('done');
  });

  it.each([204, 200] as const)('once it is done is deleted, told by %i', async (deleteStatus) => {
    await using stage = await startStage({ deleteStatus });
    const id = await stage.startJob('instant');

    const answer = await stage.stop(id);

    expect(answer.status).toBe(deleteStatus);
    if (deleteStatus === 200) expect(JSON.parse(answer.text).job).toMatchObject({ id, status: 'deleted' });
    expect(await stage.look(id)).toBe('deleted');
  });

  it.each(['deleted', 'failed', 'canceled'])('once it is %s is refused with 403', async (word) => {
    await using stage = await startStage();
    const id = await stage.startJob(word === 'deleted' ? 'instant' : word);
    await stage.clock.advance(60_000);
    if (word === 'deleted') await stage.stop(id);

    const answer = await stage.stop(id);

    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.text)).toMatchObject({ code: '403', description: `The job is already ${word}` });
    expect(await stage.look(id)).toBe(word);
  });

  it('once it is done is refused with 403 where the options say so', async () => {
    await using stage = await startStage({ deletesDone: false });
    const id = await stage.startJob('instant');

    expect((await stage.stop(id)).status).toBe(403);
    expect(await stage.look(id)).toBe('done');
  });

  it('and is none is 404', async () => {
    await using stage = await startStage();

    expect((await stage.stop('6f1c2a50-8d1e-4c4e-9a57-0b7d6a3c1e99')).status).toBe(404);
  });

  it('is canceled also where the answer is lost', async () => {
    await using stage = await startStage();
    const id = await stage.startJob('slow');
    stage.simulators.faults.order({ vendor: 'talkdesk', kind: 'lost-answer', call: 'cancel' });

    await expect(stage.stop(id)).rejects.toThrow();

    expect(await stage.look(id)).toBe('canceled');
  });
});
