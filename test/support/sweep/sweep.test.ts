import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { postOnce } from '../../../src/http/post.ts';
import { openStore } from '../../../src/store/open.ts';
import { createSecrets } from '../../../src/telemetry/secrets.ts';
import { Peer } from '../../graphql/subscriptions/peer.ts';
import { START, toRequest, toTracked } from '../../store/made-exports.ts';
import { startTestGateway } from '../gateway.ts';
import { createManualClock } from '../manual-clock.ts';
import { createRecordingLog, createTestTools } from '../tools.ts';
import { sweep } from './sweep.ts';

/** What the gateway says anyway, so that it leaks as soon as somebody takes it for a secret. */
const SAID_OVER_HTTP = 'nosniff';
const SAID_OVER_WEBSOCKETS = 'connection_ack';

describe('The canary sweep of the whole suite', () => {
  afterEach(() => sweep().forgetSecrets());

  it('finds a configured secret in what a gateway answers over HTTP', async () => {
    await using gateway = await startTestGateway({ config: toKeys(SAID_OVER_HTTP) });

    await (await fetch(`${gateway.url}/nowhere`)).text();

    expect(await sweep().takeFindings()).toEqual([
      { place: 'HTTP or websocket', kind: 'a configured secret' },
    ]);
  });

  it('finds one in a frame of a websocket', async () => {
    await using gateway = await startTestGateway({ config: toKeys(SAID_OVER_WEBSOCKETS) });
    await using _peer = await Peer.connect(gateway.url, {
      init: { authorization: `Bearer ${SAID_OVER_WEBSOCKETS}` },
    });

    expect(await sweep().takeFindings()).toEqual([
      { place: 'HTTP or websocket', kind: 'a configured secret' },
    ]);
  });

  it('finds a key in an answer though nobody configured it', async () => {
    await using gateway = await startTestGateway();

    await (
      await fetch(`${gateway.url}/health`, { headers: { authorization: 'Bearer application/json' } })
    ).text();

    expect(await sweep().takeFindings()).toEqual([
      { place: 'HTTP or websocket', kind: "a caller's key or token" },
    ]);
  });

  it('finds a secret that became known after it was told', async () => {
    createRecordingLog().info({ place: ['told too early'] }, 'A line.');

    createSecrets().addPassing('told too early');

    expect(await sweep().takeFindings()).toEqual([{ place: 'log', kind: 'a token or signed link' }]);
  });

  it('finds one on the console and on standard error', async () => {
    createSecrets().add('printed secret');

    console.debug('a', { deep: ['printed secret'] });
    process.stderr.write(`${Buffer.from('printed secret').toString('base64')}\n`);

    expect((await sweep().takeFindings()).map(({ place }) => place)).toEqual(['console', 'standard error']);
  });

  it('finds the token of a command in what that command prints', async () => {
    const child = spawn(process.execPath, ['-p', '"told " + process.env.WAYBILL_TOKEN'], {
      env: { WAYBILL_TOKEN: 'token-of-a-command' },
      stdio: 'pipe',
    });
    child.stdout.resume();
    await once(child, 'close');

    expect(await sweep().takeFindings()).toEqual([
      { place: 'standard output of a command', kind: "a command's token" },
    ]);
  });

  it('finds a secret in a webhook', async () => {
    createSecrets().add('told to a receiver');
    const clock = createManualClock();
    const sent = { url: 'https://hooks.example', headers: {}, allowPrivate: false };

    await postOnce(
      { ...sent, body: JSON.stringify({ label: ['told to a receiver'] }) },
      { clock, timeoutMs: 1_000, resolveHost: async () => [] },
    );

    expect(await sweep().takeFindings()).toEqual([{ place: 'webhook', kind: 'a configured secret' }]);
  });

  it('finds one in the bytes of a store, although it was taken out again', async () => {
    createSecrets().add('written down at rest');
    const folder = mkdtempSync(join(tmpdir(), 'waybill-sweep-'));
    const store = await openStore({ kind: 'sqlite', path: join(folder, 'store.db') }, createTestTools());

    await store.track(toRequest(toTracked('1', { label: 'written down at rest' })));
    await store.untrack('acme', '1', START);
    await store.close();

    rmSync(folder, { recursive: true });
    expect(await sweep().takeFindings()).toEqual([{ place: 'store', kind: 'a configured secret' }]);
  });

  it('finds nothing where nothing was told', async () => {
    await using gateway = await startTestGateway({ config: toKeys('a-key-that-nobody-is-told') });

    const headers = { authorization: 'Bearer a-key-that-is-none' };
    await gateway.query('{ vendors { key } }', {}, { headers });

    expect(await sweep().takeFindings()).toEqual([]);
  });
});

function toKeys(key: string): Record<string, object> {
  return { access: { mode: 'keys', keys: [{ name: 'caller', key, tenant: 'default' }] } };
}
