import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { DEMO_WEB_ADMIT_API_KEY } from '../../../simulator/demo-credentials.ts';
import { startSimulators } from '../../../simulator/server.ts';
import { createWebAdmitSimulator } from '../../../simulator/web-admit/simulator.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createKey, openAccount } from '../../vendors/web-admit/support.ts';

/** The adapter, the served simulator and its file store; the first seeded run is available. */
async function startStore() {
  const clock = createManualClock();
  const simulators = await startSimulators({ clock, vendors: { 'web-admit': createWebAdmitSimulator } });
  const credential = { type: 'api-key', apiKey: DEMO_WEB_ADMIT_API_KEY } as const;
  const account = openAccount(simulators.baseUrls['web-admit'], { credential });
  return {
    clock,
    simulators,
    async locate() {
      const access = await account.locateFile(createKey(simulators.seeds['web-admit'][0]?.ids), 0);
      if (access.type !== 'link') throw new Error(access.type);
      return access;
    },
    async [Symbol.asyncDispose]() {
      await account.close();
      await simulators[Symbol.asyncDispose]();
    },
  };
}

async function open(url: string, headers: Record<string, string> = {}) {
  const answer = await request(url, { headers });
  return { ...answer, bytes: Buffer.from(await answer.body.arrayBuffer()) };
}

describe('WebAdMIT link in the simulated store', () => {
  it('opens a real ISO-8859-1 file without any credential', async () => {
    await using store = await startStore();

    const { url, file } = await store.locate();
    const { statusCode, headers, bytes } = await open(url);

    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe(file.mediaType);
    expect(headers['content-disposition']).toContain(file.name);
    expect(bytes.toString('latin1').split('\n').length).toBeGreaterThan(200);
    expect(bytes.toString('utf8')).toContain('\ufffd');
  });

  it('is refused with the API key beside it', async () => {
    await using store = await startStore();

    const { url } = await store.locate();

    expect((await open(url, { 'x-api-key': DEMO_WEB_ADMIT_API_KEY })).statusCode).toBe(400);
  });

  it('is dead within 30 seconds, when a new call still mints a good one', async () => {
    await using store = await startStore();
    const { url, expiresAt } = await store.locate();
    const lifeMs = expiresAt - store.clock.now();
    await store.clock.advance(lifeMs);

    const late = await open(url);
    const again = await open((await store.locate()).url);

    expect(lifeMs).toBeLessThan(30_000);
    expect(late.statusCode).toBe(403);
    expect(late.bytes.toString()).toContain('Request has expired');
    expect(again.statusCode).toBe(200);
  });

  it('is counted as a list or a status call by what was asked', async () => {
    await using store = await startStore();
    await store.locate();

    expect(store.simulators.calls.read()['web-admit']).toMatchObject({ status: 1, list: 0, start: 0 });
  });
});
