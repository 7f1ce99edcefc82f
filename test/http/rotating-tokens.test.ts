import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenKeeper } from '../../src/http/token-keeper.ts';
import { createTokenSeal } from '../../src/http/token-seal.ts';
import type { AccountClient } from '../../src/http/types.ts';
import { createTroubledStore } from '../tracking/troubled-store.ts';
import { CONFIGURED, IDENTITY, type RotatingVendor, SEAL, startRotatingVendor } from './rotating-support.ts';
import { drive, failure, until } from './support.ts';

const send = (client: AccountClient) => client.send({ path: ['x'] });

/** A vendor that takes its time, until it is told to go on. */
function createHold() {
  let release: () => void = () => undefined;
  const promise = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined);
  });
  return { promise, release: () => release() };
}

/** What is kept, opened. */
async function readKept({ store }: RotatingVendor) {
  const row = await store.readToken(IDENTITY);
  const text = SEAL.open(row?.sealed ?? '', IDENTITY);
  return { row, text, tokens: text === undefined ? undefined : JSON.parse(text) };
}

describe('a refresh token that is replaced when it is used', () => {
  it('is kept, sealed, before the access token that came with it is used', async () => {
    await using hub = await startRotatingVendor();
    let keptAtCall: unknown;
    hub.onApi = async () => {
      keptAtCall = (await readKept(hub)).tokens?.refreshToken;
    };

    expect((await send(hub.gateway())).status).toBe(200);

    expect(keptAtCall).toBe('refresh-replaced-1');
    const { row } = await readKept(hub);
    expect(row?.heldUntil).toBe(0);
    expect(JSON.stringify(row)).not.toMatch(/refresh-|access-/);
  });

  it('is used by one of several gateways, and the others read what it kept', async () => {
    await using hub = await startRotatingVendor();
    const gateways = [hub.gateway(), hub.gateway(), hub.gateway()];

    const answers = await drive(
      hub.clock,
      Promise.all(gateways.flatMap((gateway) => Array.from({ length: 10 }, () => send(gateway)))),
    );

    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(hub.used).toEqual([CONFIGURED]);
  });

  it('outlives the process with its access token, and is used when that has expired', async () => {
    await using hub = await startRotatingVendor();
    await send(hub.gateway());

    const second = hub.gateway();
    await send(second);
    expect(hub.used).toEqual([CONFIGURED]);
    await hub.clock.advance(600_000);
    await send(second);

    expect(hub.used).toEqual([CONFIGURED, 'refresh-replaced-1']);
    expect(hub.reused).toEqual([]);
  });

  it('is used where the vendor refuses the kept access token before its time', async () => {
    await using hub = await startRotatingVendor();
    await send(hub.gateway());
    hub.expire();

    expect((await send(hub.gateway())).status).toBe(200);

    expect(hub.used).toEqual([CONFIGURED, 'refresh-replaced-1']);
  });

  it('gives way to another one in the configuration', async () => {
    await using hub = await startRotatingVendor();
    await send(hub.gateway());
    hub.grant('refresh-by-hand');

    expect((await send(hub.gateway({ refreshToken: 'refresh-by-hand' }))).status).toBe(200);

    expect(hub.used).toEqual([CONFIGURED, 'refresh-by-hand']);
    expect(hub.reused).toEqual([]);
  });

  it('is not kept where the vendor gives none: the one that was used stays good', async () => {
    await using hub = await startRotatingVendor();
    hub.onToken = () => ({ body: { access_token: 'access-other', expires_in: 600 } });

    await send(hub.gateway());

    expect((await readKept(hub)).tokens).toMatchObject({
      refreshToken: CONFIGURED,
      access: { value: 'access-other' },
    });
  });

  it('goes on being replaced when all who waited for it have left', async () => {
    await using hub = await startRotatingVendor();
    const gateway = hub.gateway();
    const held = createHold();
    hub.onToken = () => held.promise;
    const leaver = new AbortController();
    const left = failure(gateway.send({ path: ['x'] }, { signal: leaver.signal }));
    await until(() => hub.vendor.requests.length === 1);

    leaver.abort(new Error('left'));
    expect((await left).message).toBe('left');
    held.release();
    expect((await send(gateway)).status).toBe(200);

    expect(hub.used).toEqual([CONFIGURED]);
    expect((await readKept(hub)).tokens.refreshToken).toBe('refresh-replaced-1');
  });

  it.each(['account', 'store'])('is kept before its %s is closed', async (closed) => {
    await using hub = await startRotatingVendor();
    const keeper = new TokenKeeper(SEAL);
    const gateway = hub.gateway({ keeper });
    const held = createHold();
    hub.onToken = () => held.promise;
    const sent = send(gateway).catch(() => undefined);
    await until(() => hub.vendor.requests.length === 1);

    const closing = closed === 'account' ? gateway.close() : keeper.close();
    held.release();
    await closing;
    await sent;

    expect((await readKept(hub)).tokens.refreshToken).toBe('refresh-replaced-1');
  });

  it('is not used while another gateway holds it, and is when that one has died', async () => {
    await using hub = await startRotatingVendor();
    const row = { identity: IDENTITY, version: 1, holder: 'dead', sealed: null };
    await hub.store.writeToken({ ...row, heldUntil: hub.clock.now() + 20_000 });
    const sent = send(hub.gateway());

    await hub.clock.advance(19_000);
    expect(hub.used).toEqual([]);

    expect((await drive(hub.clock, sent)).status).toBe(200);
    expect(hub.used).toEqual([CONFIGURED]);
  });

  it('is free again where the vendor refuses it, and nothing is kept', async () => {
    await using hub = await startRotatingVendor();
    hub.grant('another');

    expect(await failure(send(hub.gateway()))).toMatchObject({ code: 'VENDOR_UNAUTHENTICATED' });

    expect((await readKept(hub)).row).toMatchObject({ heldUntil: 0, sealed: null });
  });

  it('is never used by a gateway that cannot keep the next one', async () => {
    await using hub = await startRotatingVendor();

    const error = await failure(send(hub.gateway({ keeper: null })));

    expect(error).toMatchObject({ code: 'VENDOR_UNAUTHENTICATED' });
    expect(error.message).toContain('only a gateway with a store');
    expect(hub.vendor.requests).toEqual([]);
  });

  it('is not used where the store cannot be reached', async () => {
    await using hub = await startRotatingVendor();
    const troubled = createTroubledStore(hub.store);
    troubled.trouble = 'writes';

    expect(await failure(send(hub.gateway({ store: troubled.store })))).toMatchObject({
      code: 'VENDOR_UNAVAILABLE',
    });

    expect(hub.vendor.requests).toEqual([]);
  });

  it('waits for a store that went away meanwhile: no call goes out before it is kept', async () => {
    await using hub = await startRotatingVendor();
    const troubled = createTroubledStore(hub.store);
    const gateway = hub.gateway({ store: troubled.store });
    hub.onToken = () => {
      troubled.trouble = 'all';
      return undefined;
    };

    expect(await failure(drive(hub.clock, send(gateway), 500))).toMatchObject({ code: 'VENDOR_TIMEOUT' });
    expect(hub.vendor.requests).toHaveLength(1);
    await hub.clock.advance(60_000);
    expect(await failure(drive(hub.clock, send(gateway), 500))).toBeDefined();
    troubled.trouble = 'none';
    expect((await drive(hub.clock, send(gateway), 500)).status).toBe(200);

    expect(hub.used).toEqual([CONFIGURED]);
    expect((await readKept(hub)).tokens.refreshToken).toBe('refresh-replaced-1');
  });

  it('is used once, whichever gateway asks, and whatever expires or restarts between', {
    timeout: 30_000,
  }, async () => {
    const step = fc.oneof(
      fc.record({ senders: fc.array(fc.nat(2), { minLength: 1, maxLength: 5 }) }),
      fc.record({ type: fc.constantFrom('expire', 'restart'), gateway: fc.nat(2) }),
      fc.record({ ms: fc.constantFrom(1_000, 300_000, 600_000) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        await using hub = await startRotatingVendor();
        const gateways = [hub.gateway(), hub.gateway(), hub.gateway()];
        for (const each of steps) {
          if ('ms' in each) await hub.clock.advance(each.ms);
          else if ('senders' in each)
            await drive(
              hub.clock,
              Promise.all(each.senders.map((at) => send(gateways[at] ?? hub.gateway()))),
              500,
            );
          else if (each.type === 'expire') hub.expire();
          else gateways[each.gateway] = hub.gateway();
        }
        expect(hub.reused).toEqual([]);
        expect(new Set(hub.used).size).toBe(hub.used.length);
      }),
      { numRuns: 12 },
    );
  });
});

describe('a sealed token', () => {
  it('opens with the same secret, in the same place', () => {
    const sealed = SEAL.seal('token', IDENTITY);

    expect(SEAL.open(sealed, IDENTITY)).toBe('token');
    expect(SEAL.seal('token', IDENTITY)).not.toBe(sealed);
  });

  it('opens neither with another secret, nor elsewhere, nor changed in any character', () => {
    const sealed = SEAL.seal('token', IDENTITY);

    expect(createTokenSeal('another-secret').open(sealed, IDENTITY)).toBeUndefined();
    expect(SEAL.open(sealed, 'acme/other/1a2b3c')).toBeUndefined();
    // The last character holds bits that are not used.
    for (let at = 0; at < sealed.length - 1; at += 1) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      expect(SEAL.open(sealed.slice(0, at) + other + sealed.slice(at + 1), IDENTITY)).toBeUndefined();
    }
    for (const text of ['', 's1.', 's1.AAAA', 'token']) expect(SEAL.open(text, IDENTITY)).toBeUndefined();
  });
});
