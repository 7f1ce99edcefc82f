import { describe, expect, it } from 'vitest';
import { createRefreshRequest, createTokenRequest, type TokenAsking } from '../../src/http/token-request.ts';
import type { Credential } from '../../src/http/types.ts';
import { failure, type Stage, startStage, TOKEN_PATH } from './support.ts';

const SECRET = 'client-secret+2718/2818=';
const REFRESH = 'refresh token&3141/5926';

const FORM: TokenAsking = { client: 'body', request: 'form', scope: null };

interface AskStage {
  readonly asking: TokenAsking;
  readonly type: 'client-credentials' | 'refresh-token';
  readonly own?: { readonly scope?: string; readonly clientSecret?: string | undefined };
  readonly tokenPath?: string;
}

/** An account that is asked for once, and what its token endpoint was asked with. */
async function startAskStage({ asking, type, own, tokenPath = TOKEN_PATH }: AskStage): Promise<Stage> {
  return startStage(
    ({ url }) =>
      url.startsWith(TOKEN_PATH) ? { body: { access_token: 'access-1', expires_in: 600 } } : { body: {} },
    {
      rules: {
        tokenRequest: createTokenRequest(asking),
        refreshRequest: createRefreshRequest(asking),
        authHeaders: ({ type: sent, value }) => ({ 'x-access': `${sent} ${value}` }),
      },
      credential: (origin) =>
        ({
          type,
          tokenUrl: `${origin}${tokenPath}`,
          clientId: 'client 1',
          clientSecret: SECRET,
          ...(type === 'refresh-token' ? { refreshToken: REFRESH } : {}),
          ...own,
        }) as Credential,
    },
  );
}

async function ask(stage: Stage) {
  await stage.client.send({ path: ['x'] });
  const [token, api] = stage.vendor.requests;
  const url = new URL(token?.url ?? '', 'http://x');
  return {
    form: Object.fromEntries(new URLSearchParams(token?.body)),
    query: Object.fromEntries(url.searchParams),
    basic: Buffer.from(token?.headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString(),
    method: token?.method,
    sent: api?.headers['x-access'],
  };
}

describe('a token', () => {
  it('is asked for with client credentials in a form', async () => {
    await using stage = await startAskStage({
      asking: { ...FORM, scope: 'read' },
      type: 'client-credentials',
    });

    expect(await ask(stage)).toEqual({
      form: { grant_type: 'client_credentials', client_id: 'client 1', client_secret: SECRET, scope: 'read' },
      query: {},
      basic: '',
      method: 'POST',
      sent: 'client-credentials access-1',
    });
  });

  it('is asked for with the account’s own scope before the vendor’s', async () => {
    await using stage = await startAskStage({
      asking: { ...FORM, scope: 'read' },
      type: 'client-credentials',
      own: { scope: 'read write' },
    });

    expect((await ask(stage)).form).toMatchObject({ scope: 'read write' });
  });

  it('is asked for with HTTP Basic', async () => {
    await using stage = await startAskStage({
      asking: { ...FORM, client: 'basic' },
      type: 'client-credentials',
    });

    expect(await ask(stage)).toMatchObject({
      form: { grant_type: 'client_credentials' },
      basic: `client 1:${SECRET}`,
    });
  });

  it('is asked for in the query, behind the URL’s own', async () => {
    await using stage = await startAskStage({
      asking: { ...FORM, request: 'query' },
      type: 'client-credentials',
      tokenPath: `${TOKEN_PATH}?tenant=7`,
    });

    expect(await ask(stage)).toMatchObject({
      form: {},
      query: { tenant: '7', grant_type: 'client_credentials', client_id: 'client 1', client_secret: SECRET },
    });
  });

  it('is asked for with a refresh token, and sent as the vendor wants it', async () => {
    await using stage = await startAskStage({ asking: FORM, type: 'refresh-token' });

    expect(await ask(stage)).toMatchObject({
      form: {
        grant_type: 'refresh_token',
        refresh_token: REFRESH,
        client_id: 'client 1',
        client_secret: SECRET,
      },
      sent: 'refresh-token access-1',
    });
  });

  it.each(['body', 'basic'] as const)(
    'is asked for by a client without a secret by its id (%s)',
    async (client) => {
      await using stage = await startAskStage({
        asking: { ...FORM, client },
        type: 'refresh-token',
        own: { clientSecret: undefined },
      });

      expect(await ask(stage)).toMatchObject({
        form: { grant_type: 'refresh_token', refresh_token: REFRESH, client_id: 'client 1' },
        basic: '',
      });
    },
  );

  it.each(['client-credentials', 'refresh-token'] as const)(
    'leaves no secret of a query (%s) in a log line, an error or a count',
    async (type) => {
      await using stage = await startAskStage({ asking: { ...FORM, request: 'query' }, type });
      for (const answer of [{ status: 400, body: { error: 'invalid_client' } }, 'reset'] as const) {
        stage.vendor.answer(() => answer);
        const error = await failure(stage.client.send({ path: ['x'] }));
        await stage.clock.advance(60_000);

        const told = JSON.stringify([
          error,
          error.message,
          String(error.cause),
          stage.log.lines,
          stage.calls,
        ]);
        for (const secret of [SECRET, REFRESH, encodeURIComponent(SECRET), 'grant_type']) {
          expect(told).not.toContain(secret);
        }
      }
      expect(stage.vendor.requests.length).toBeGreaterThanOrEqual(2);
    },
  );

  it('needs a vendor that takes refresh tokens', async () => {
    const opened = startStage(() => ({ body: {} }), {
      credential: (origin) => ({
        type: 'refresh-token',
        tokenUrl: `${origin}${TOKEN_PATH}`,
        clientId: 'c',
        refreshToken: REFRESH,
      }),
    });

    await expect(opened).rejects.toThrow('This vendor takes no refresh tokens.');
  });
});
