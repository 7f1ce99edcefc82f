import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { Peer } from '../graphql/subscriptions/peer.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type Issuer, startIssuer } from '../support/issuer.ts';
import { createOffsetClock } from '../support/offset-clock.ts';

const HOUR_MS = 3_600_000;

async function openStage(settings: object = {}) {
  const issuer = await startIssuer(settings);
  const clock = createOffsetClock();
  const gateway = await startTestGateway({ config: { access: issuer.access }, tools: { clock } });
  return {
    issuer,
    gateway,
    clock,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await issuer[Symbol.asyncDispose]();
    },
  };
}

async function ask(gateway: TestGateway, token: string) {
  return gateway.query('{ accounts { key } }', {}, { headers: { authorization: `Bearer ${token}` } });
}

function sign(issuer: Issuer, keyId?: string): Promise<string> {
  return issuer.sign({ expiresAt: Date.now() + HOUR_MS, ...(keyId === undefined ? {} : { keyId }) });
}

/** Unsigned, or signed with what everybody can read. */
async function forge(issuer: Issuer, algorithm: 'none' | 'HS256'): Promise<string> {
  const good = await sign(issuer);
  const payload = good.split('.')[1] ?? '';
  const header = Buffer.from(JSON.stringify({ alg: algorithm, kid: 'first' })).toString('base64url');
  if (algorithm === 'none') return `${header}.${payload}.`;
  const publicKeys = await (await fetch(`${issuer.server.url}/jwks`)).text();
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', kid: 'first' })
    .sign(new TextEncoder().encode(publicKeys));
}

describe("the issuer's keys", () => {
  it('are good as soon as they are published, and end when they are withdrawn', async () => {
    await using stage = await openStage();
    const { issuer, gateway } = stage;
    expect((await ask(gateway, await sign(issuer))).status).toBe(200);

    await issuer.rotate('second');
    await expect.poll(async () => (await ask(gateway, await sign(issuer, 'second'))).status).toBe(200);
    expect((await ask(gateway, await sign(issuer, 'first'))).status).toBe(200);

    issuer.withdraw('first');
    await issuer.rotate('third');
    await expect.poll(async () => (await ask(gateway, await sign(issuer, 'third'))).status).toBe(200);
    expect((await ask(gateway, await sign(issuer, 'first'))).status).toBe(401);
  });

  it('are asked for once a second at most, however many made-up key ids come', async () => {
    await using stage = await openStage();
    const { issuer, gateway } = stage;
    await issuer.rotate('hidden');
    issuer.withdraw('hidden');
    const token = await sign(issuer, 'hidden');
    await ask(gateway, token);
    const before = issuer.server.requests.length;

    const started = Date.now();
    for (let count = 0; count < 50; count += 1) expect((await ask(gateway, token)).status).toBe(401);
    const seconds = (Date.now() - started) / 1_000;

    expect(issuer.server.requests.length - before).toBeLessThanOrEqual(Math.floor(seconds) + 1);
  });

  it('that were published last stay good while the issuer cannot be reached; a new one cannot be told then', async () => {
    await using stage = await openStage();
    const { issuer, gateway } = stage;
    const known = await sign(issuer);
    expect((await ask(gateway, known)).status).toBe(200);
    await issuer.rotate('second');
    const unknown = await sign(issuer, 'second');
    issuer.answer({ status: 503, body: {} });

    await expect
      .poll(async () => (await ask(gateway, unknown)).errors[0]?.extensions?.code)
      .toBe('ACCESS_UNAVAILABLE');
    const answer = await ask(gateway, unknown);
    await using peer = new Peer(gateway.url);
    await peer.opened;
    peer.send({ type: 'connection_init', payload: { authorization: `Bearer ${unknown}` } });

    expect((await ask(gateway, known)).status).toBe(200);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect((await peer.closed).code).toBe(1013);

    issuer.answer(null);
    stage.clock.skip(6_000);
    await expect.poll(async () => (await ask(gateway, unknown)).status).toBe(200);
  });

  it('that never could be had let nobody in, and blame nobody', async () => {
    await using stage = await openStage();
    stage.issuer.answer({ body: '<html>not json</html>' });

    expect((await ask(stage.gateway, await sign(stage.issuer))).status).toBe(503);
  });
});

describe('a token', () => {
  it.each(['none', 'HS256'] as const)('is refused with the algorithm %s', async (algorithm) => {
    await using stage = await openStage();

    expect((await ask(stage.gateway, await forge(stage.issuer, algorithm))).status).toBe(401);
  });

  it('is refused with an algorithm that is not in the list, however well it is signed', async () => {
    await using stage = await openStage({ algorithms: ['RS256'] });

    expect((await ask(stage.gateway, await sign(stage.issuer))).status).toBe(401);
  });

  it("may be over by the allowance for the issuer's clock, and not by more", async () => {
    await using stage = await openStage({ clockSkewMs: 60_000 });
    const over = (ms: number) => stage.issuer.sign({ expiresAt: Date.now() - ms });

    expect((await ask(stage.gateway, await over(30_000))).status).toBe(200);
    expect((await ask(stage.gateway, await over(90_000))).status).toBe(401);
  });

  it.each([
    ['another issuer', { issuer: 'https://id.example.org/' }],
    ['another audience', { audience: 'somebody-else' }],
    ['no tenant', { tenant: '' }],
    ['a tenant that is no text', { tenant: ['acme'] }],
  ])('is refused with %s, and not repeated in the answer', async (_title, claims) => {
    await using stage = await openStage();
    const token = await stage.issuer.sign({ expiresAt: Date.now() + HOUR_MS, ...claims });

    const answer = await ask(stage.gateway, token);

    expect(answer.status).toBe(401);
    expect(JSON.stringify(answer)).not.toContain(token);
  });
});
