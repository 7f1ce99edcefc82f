import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CallbackLinkSigner } from '../../src/access/callback-links.ts';
import { createClientAddress } from '../../src/access/client-address.ts';
import { createHostPolicy } from '../../src/access/hosts.ts';
import type { VendorAccount } from '../../src/export/ports.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';
import { createRequestOrder } from '../../src/transports/request-order.ts';
import { CODED_VENDORS } from '../../src/vendors/coded.ts';
import {
  type Callback,
  type CallbackHint,
  createCallbacksEndpoint,
} from '../../src/web/callbacks-endpoint.ts';
import { Health } from '../../src/web/health.ts';
import { createListener, type Routes } from '../../src/web/listener.ts';
import { startTestGateway } from '../support/gateway.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createRecordingLog } from '../support/tools.ts';
import { sendRaw } from './support.ts';

const ACCOUNT = {
  tenant: 'acme',
  identity: 'acme/admit',
  key: 'admit',
  vendor: 'web-admit',
} as VendorAccount;
const IDS = { userIdentityId: '37442', exportId: '86466' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const nothing = () => undefined;

/** The callbacks endpoint alone, behind the gateway's own listener on a free port. */
async function startServer({
  onHint,
  arrival,
}: {
  onHint?: (hint: CallbackHint) => void;
  arrival?: Parameters<typeof createListener>[1]['arrival'];
} = {}) {
  const clock = createManualClock(1_000_000);
  const log = createRecordingLog('debug');
  const hints: CallbackHint[] = [];
  const callbacks: Callback[] = [];
  let url = '';
  const publicUrl = () => url;
  const signer = new CallbackLinkSigner({
    secret: 'a secret of at least thirty-two bytes',
    publicUrl,
    clock,
    secrets: createSecrets(),
  });
  const endpoint = createCallbacksEndpoint({
    signer,
    vendors: Object.values(CODED_VENDORS),
    clock,
    log,
    onHint: (hint) => {
      hints.push(hint);
      onHint?.(hint);
    },
    onCallback: (callback) => void callbacks.push(callback),
    clientAddressOf: createClientAddress([]),
  });
  const routes: Routes = {
    ...{
      graphql: nothing,
      websocket: nothing,
      graphiql: null,
      files: nothing,
      board: nothing,
      metrics: null,
    },
    callbacks: endpoint,
    health: new Health({
      ...{ accounts: () => [], backplane: () => 'memory', store: () => 'ready', namesAccounts: true },
    }),
  };
  const server = createListener(routes, {
    hosts: createHostPolicy({ publicUrl, isOpen: true }),
    log,
    arrival,
    onRefused: nothing,
    inOrder: createRequestOrder(),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  return {
    url,
    clock,
    log,
    signer,
    hints,
    callbacks,
    link: (ids: Record<string, string> = IDS) => signer.linkFor(ACCOUNT, ids),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

let server: Awaited<ReturnType<typeof startServer>>;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server[Symbol.asyncDispose]());

function post(link: string, body: BodyInit = toForm(74780), init: RequestInit = {}): Promise<Response> {
  return fetch(link, { method: 'POST', body, headers: FORM, ...init });
}

/** What WebAdMIT posts. */
function toForm(id: number | string, more: Record<string, string> = {}): string {
  const fields = {
    'export_file[id]': String(id),
    'export_file[export_id]': '86466',
    'export_file[status]': 'Available',
  };
  return new URLSearchParams({ ...fields, ...more }).toString();
}

const lines = () => server.log.lines.filter(({ message }) => message === 'A vendor called back.');
const outcomes = () => server.callbacks.map(({ outcome }) => outcome);

/** Waits for something that happens in another turn of the loop; the test's own time limit ends it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('a callback with a good link', () => {
  it('is answered 202 and passed on as a hint: the ids of the order and that of the run, and nothing else', async () => {
    const response = await post(server.link());

    expect(response.status).toBe(202);
    expect(server.hints).toEqual([
      { identity: 'acme/admit', vendor: 'web-admit', ids: { ...IDS, exportFileId: '74780' } },
    ]);
    expect(server.callbacks).toEqual([{ vendor: 'web-admit', account: 'admit', outcome: 'passed_on' }]);
  });

  it('is answered like everything else: with a request id, not to be kept or framed', async () => {
    const { headers } = await post(server.link());

    expect(headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is one line in the log, without the link', async () => {
    const link = server.link();
    const response = await post(link);

    expect(server.log.lines).toEqual([
      {
        level: 'info',
        message: 'A vendor called back.',
        fields: {
          requestId: response.headers.get('x-request-id'),
          tenant: 'acme',
          vendor: 'web-admit',
          account: 'admit',
          ids: IDS,
          outcome: 'passed_on',
          clientAddress: '127.0.0.1',
        },
      },
    ]);
    const [payload = '', signature = ''] = (link.split('/').at(-1) ?? '').split('.');
    for (const part of [payload, signature]) expect(JSON.stringify(server.log.lines)).not.toContain(part);
  });

  it.each<[string, BodyInit, Record<string, string>]>([
    ['no body', '', FORM],
    ['a form about something else', 'a=b', FORM],
    ['an id that is none', toForm('../../etc'), FORM],
    ['JSON', '{"export_file":{"id":74780}}', { 'content-type': 'application/json' }],
    ['bytes', new Uint8Array([0, 255, 254, 13, 10, 0]), { 'content-type': 'application/octet-stream' }],
    ['a packed body', new Uint8Array([31, 139, 8, 0]), { ...FORM, 'content-encoding': 'gzip' }],
  ])('is a hint about the template alone where its body is %s', async (_, body, headers) => {
    expect((await post(server.link(), body, { headers })).status).toBe(202);

    expect(server.hints).toEqual([{ identity: 'acme/admit', vendor: 'web-admit', ids: IDS }]);
  });

  it('reads nothing but the run: neither the template nor the status nor any name in the body counts', async () => {
    await post(
      server.link(),
      toForm(5, {
        'export_file[export_id]': '999',
        exportId: '999',
        userIdentityId: '1',
        identity: 'other',
        vendor: 'talkdesk',
      }),
    );

    expect(server.hints).toEqual([
      { identity: 'acme/admit', vendor: 'web-admit', ids: { ...IDS, exportFileId: '5' } },
    ]);
  });

  it('whose link names the run is about that run, whatever the body says', async () => {
    await post(server.link({ ...IDS, exportFileId: '7' }), toForm(8));

    expect(server.hints.map(({ ids }) => ids)).toEqual([{ ...IDS, exportFileId: '7' }]);
  });

  it('of a vendor that calls nobody back is a hint about what its link names', async () => {
    const account = { ...ACCOUNT, vendor: 'talkdesk', identity: 'acme/desk' } as VendorAccount;

    await post(server.signer.linkFor(account, { reportType: 'calls' }));

    expect(server.hints).toEqual([
      { identity: 'acme/desk', vendor: 'talkdesk', ids: { reportType: 'calls' } },
    ]);
  });

  it('may have a query behind it', async () => {
    expect((await post(`${server.link()}?attempt=2`)).status).toBe(202);
    expect(server.hints).toHaveLength(1);
  });

  it('is answered 202 also where what hears of it fails, which the log says', async () => {
    await server[Symbol.asyncDispose]();
    server = await startServer({
      onHint: () => {
        throw new TypeError('a mistake of ours');
      },
    });

    expect((await post(server.link())).status).toBe(202);
    await until(() => outcomes().length === 1);
    expect(server.log.lines.map(({ level, message }) => [level, message])).toEqual([
      ['error', 'A hint was lost.'],
      ['info', 'A vendor called back.'],
    ]);
  });
});

describe('a callback that comes again and again', () => {
  it('is passed on once a second, answered 202 each time, and is one line in the log however often it comes', async () => {
    const link = server.link();

    const statuses = await Promise.all(Array.from({ length: 50 }, async () => (await post(link)).status));

    expect(new Set(statuses)).toEqual(new Set([202]));
    expect(server.hints).toHaveLength(1);
    expect(outcomes().filter((outcome) => outcome === 'held_back')).toHaveLength(49);
    expect(lines().filter(({ level }) => level === 'info')).toHaveLength(1);

    await server.clock.advance(1_000);
    await post(link);
    expect(server.hints).toHaveLength(2);
  });

  it('is the same whichever link of the order it comes by', async () => {
    const first = server.link();
    await server.clock.advance(10);
    const second = server.link();

    await post(first);
    await post(second);

    expect(first).not.toBe(second);
    expect(server.hints).toHaveLength(1);
  });

  it('is passed on five times a second where it makes runs up, and holds no other order up', async () => {
    for (let run = 1; run <= 20; run += 1) await post(server.link(), toForm(run));
    await post(server.link({ ...IDS, exportId: '5' }));

    expect(server.hints.map(({ ids }) => ids.exportId)).toEqual([...Array(5).fill('86466'), '5']);
  });

  it('is none of ours any more after seven days', async () => {
    const link = server.link();
    await server.clock.advance(7 * 86_400_000);

    expect((await post(link)).status).toBe(404);
    expect(server.hints).toEqual([]);
  });
});

describe('a callback without a good link', () => {
  it.each<[string, (token: string) => string]>([
    ['nothing', () => ''],
    ['a word', () => 'webadmit'],
    ['cut short', (token) => token.slice(0, -1)],
    ['a letter changed', (token) => `${token[0] === 'W' ? 'X' : 'W'}${token.slice(1)}`],
    ['the last letter changed', (token) => `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`],
    ['something behind', (token) => `${token}/x`],
    ['percent-encoded', (token) => `%${token.charCodeAt(0).toString(16)}${token.slice(1)}`],
    ['very long', () => 'a'.repeat(10_000)],
  ])('is 404, leads to nothing and leaves no line in the log: %s', async (_title, change) => {
    const [base, token = ''] = server.link().split('/callbacks/');

    const response = await post(`${base}/callbacks/${change(token)}`);

    expect(response.status).toBe(404);
    expect(server.hints).toEqual([]);
    expect(server.log.lines).toEqual([]);
    expect(server.callbacks).toEqual([{ vendor: '', account: '', outcome: 'unknown' }]);
  });

  it('is told so before its body has come', async () => {
    const answer = await sendRaw(
      server.url,
      'POST /callbacks/forged HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\r\nabc',
    );

    expect(answer.status).toBe(404);
    expect(answer.headers.connection).toBe('close');
  });
});

describe('a callback by another method than POST', () => {
  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'is 405, with a good link and without: %s',
    async (method) => {
      for (const link of [server.link(), `${server.url}/callbacks/forged`]) {
        const response = await fetch(link, { method });

        expect(response.status).toBe(405);
        expect(response.headers.get('allow')).toBe('POST');
      }
      expect(server.hints).toEqual([]);
      expect(server.callbacks).toEqual([]);
      expect(server.log.lines).toEqual([]);
    },
  );
});

describe('a callback with a body that is no callback', () => {
  const pathOf = (link: string) => new URL(link).pathname;

  it('is answered 202 and leads to nothing where the body is too large, without reading it to its end', async () => {
    const answer = await sendRaw(
      server.url,
      `POST ${pathOf(server.link())} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000000\r\n\r\n${toForm(1)}&${'a'.repeat(9_000)}`,
    );

    expect(answer.status).toBe(202);
    expect(answer.headers.connection).toBe('close');
    expect(server.hints).toEqual([]);
    expect(outcomes()).toEqual(['too_large']);
    expect(lines().map(({ level }) => level)).toEqual(['debug']);
  });

  it('is read up to eight kilobytes, in pieces too', async () => {
    const padded = (length: number) => toForm(1).padEnd(length, '&');
    await post(server.link(), padded(8_192));
    await server.clock.advance(1_000);
    await post(server.link(), padded(8_193));

    expect(outcomes()).toEqual(['passed_on', 'too_large']);
    const pieces = `5\r\nexpor\r\n10\r\nt_file[id]=74780\r\n0\r\n\r\n`;
    await sendRaw(
      server.url,
      `POST ${pathOf(server.link())} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n${pieces}`,
    );
    expect(server.hints.at(-1)?.ids.exportFileId).toBe('74780');
  });

  it('leads to nothing where its sender leaves half-way', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST ${pathOf(server.link())} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n${toForm(1).slice(0, 20)}`,
      () => socket.destroy(),
    );

    await until(() => outcomes().length === 1);

    expect(outcomes()).toEqual(['abandoned']);
    expect(server.hints).toEqual([]);
  });

  it('is answered 408 where it does not come to its end, and leads to nothing', async () => {
    await server[Symbol.asyncDispose]();
    server = await startServer({ arrival: { headersMs: 100, requestMs: 200, checkMs: 20 } });

    const answer = await sendRaw(
      server.url,
      `POST ${pathOf(server.link())} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n${toForm(1).slice(0, 20)}`,
    );

    expect(answer.status).toBe(408);
    await until(() => outcomes().length === 1);
    expect(server.hints).toEqual([]);
  });
});

describe('a gateway that no vendor calls back', () => {
  it('serves nothing there', async () => {
    await using gateway = await startTestGateway();

    expect((await fetch(`${gateway.url}/callbacks/a.b`, { method: 'POST' })).status).toBe(404);
  });
});
