import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WaybillError } from '@waybill/client';
import { documents, manifest } from '@waybill/client/documents';
import { describe, expect, it } from 'vitest';
import { startLiveGateway } from '../../graphql/subscriptions/live-gateway.ts';
import { startFakeVendor } from '../../support/fake-vendor.ts';
import { startSimulatedGateway } from '../../support/simulated-gateway.ts';
import { collect, connect, until } from './support.ts';

const ORDER = { hiEnergy: { account: 'hi', reportType: 'deals_excel' } };
const CALLS = {
  talkdesk: {
    account: 'desk',
    reportType: 'calls',
    from: new Date('2026-11-01'),
    to: '2026-11-08T00:00:00Z',
  },
};

describe('questions', () => {
  it('start an export, list it, wait for it, and give a link that downloads its file', async () => {
    await using gateway = await startSimulatedGateway({ speed: 50 });
    await using client = connect(gateway.url);

    const started = await client.start(ORDER, { label: 'Deals', idempotencyKey: 'one' });
    const again = await client.start(ORDER, { label: 'Deals', idempotencyKey: 'one' });
    const { exports } = await client.recent({ isTracked: true });
    const shown: (number | null)[] = [];
    const ended = await client.done(started, { onProgress: ({ percent }) => shown.push(percent) });
    const url = await client.fileUrl(ended);
    const answer = await fetch(url);

    expect(started).toMatchObject({ vendor: 'hi-energy', account: 'hi', label: 'Deals', isExisting: false });
    expect(again).toMatchObject({ id: started.id, isExisting: true });
    expect(exports.map(({ id }) => id)).toEqual([started.id]);
    expect(shown.length).toBeGreaterThan(0);
    expect(ended).toMatchObject({ phase: 'succeeded', isTerminal: true, outcome: 'COMPLETE' });
    expect(ended.finishedAt).toBeInstanceOf(Date);
    expect(ended.files?.[0]?.urlExpiresAt).toBeInstanceOf(Date);
    expect(ended.transitions.at(-1)).toMatchObject({ to: 'SUCCEEDED', at: expect.any(Date) });
    expect(answer.status).toBe(200);
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(0);
  });

  it('take dates, cancel, track and untrack', async () => {
    await using gateway = await startSimulatedGateway();
    await using client = connect(gateway.url);
    const started = await client.start(CALLS);

    const canceled = await client.cancel(started);
    const labelled = await client.track(started, { label: 'Calls of a week' });
    await client.untrack(started);
    const read = await client.get(started);

    expect(canceled.status).toMatch(/^CANCEL(?:ED|ING)$/);
    expect(labelled.label).toBe('Calls of a week');
    expect(read.tracking).toBeNull();
    expect(read.details).toMatchObject({
      reportType: 'calls',
      timespan: { from: '2026-11-01T00:00:00.000Z' },
    });
  });

  it('tell what accounts there are, and how they do', async () => {
    await using gateway = await startSimulatedGateway();
    await using client = connect(gateway.url);

    const accounts = await client.accounts();

    expect(accounts.map(({ key, vendor }) => [key, vendor]).sort()).toEqual([
      ['admit', 'web-admit'],
      ['bi', 'power-bi'],
      ['desk', 'talkdesk'],
      ['hi', 'hi-energy'],
    ]);
    expect(accounts[0]?.health).toEqual({ state: 'HEALTHY', lastError: null, throttledUntil: null });
    expect(accounts.find(({ key }) => key === 'desk')?.capabilities.canCancel).toBe(true);
  });

  it('tell what each vendor’s locators and orders hold', async () => {
    await using gateway = await startSimulatedGateway();
    await using client = connect(gateway.url);

    const vendors = await client.vendors();

    expect(vendors.find(({ key }) => key === 'talkdesk')).toMatchObject({
      name: 'Talkdesk',
      input: 'talkdesk',
      capabilities: { canStart: true },
      locator: [{ name: 'reportType' }, { name: 'jobId', isOptional: false, example: '6f1c3c1e09' }],
      order: expect.arrayContaining([expect.objectContaining({ name: 'from', type: 'DateTime!' })]),
    });
  });

  it('read any number of exports, each with its own error', async () => {
    await using gateway = await startLiveGateway();
    for (let id = 1; id <= 249; id += 1) gateway.say(id, { status: 'processing' });
    await using client = connect(gateway.url);
    const locators = Array.from({ length: 250 }, (_, index) => `hi-energy:${index + 1}`);

    const answers = await client.getMany(['nonsense', ...locators]);

    expect(answers).toHaveLength(251);
    expect(answers[0]).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(answers[1]).toMatchObject({ status: 'RUNNING', details: { exportId: '1' } });
    expect(answers[249]).toMatchObject({ details: { exportId: '249' } });
    expect(answers[250]).toBeInstanceOf(WaybillError);
    expect(answers[250]).toMatchObject({
      code: 'EXPORT_NOT_FOUND',
      retryable: false,
      requestId: expect.any(String),
    });
    await expect(client.get('hi-energy:250')).rejects.toMatchObject({
      extensions: { vendor: 'hi-energy', account: 'hi' },
    });
  });

  it('page through what is recent', async () => {
    await using gateway = await startLiveGateway();
    for (const id of [1, 2, 3]) gateway.say(id, { status: 'processing' });
    await using client = connect(gateway.url);

    const first = await client.recent({ first: 2, accounts: ['hi'] });
    const second = await client.recent({ first: 2, accounts: ['hi'], after: first.endCursor ?? '' });

    expect([first.exports.length, first.hasNextPage]).toEqual([2, true]);
    expect([second.exports.length, second.hasNextPage]).toEqual([1, false]);
    expect(first.unavailable).toEqual([]);
  });

  it('are given up by a signal, and in time', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing' });
    await using client = connect(gateway.url);
    const abort = new AbortController();
    const waiting = client.done('hi-energy:1', { signal: abort.signal });
    abort.abort(new Error('Enough.'));

    await expect(waiting).rejects.toThrow('Enough.');
    await expect(client.done('hi-energy:1', { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      retryable: true,
    });
    await expect(client.get('hi-energy:1', { signal: AbortSignal.abort(new Error('No.')) })).rejects.toThrow(
      'No.',
    );
    await until(() => client.connection.get().state === 'idle');
  });

  it('say whether asking again may help: by the gateway’s word, or where nobody has spoken', async () => {
    await using proxy = await startFakeVendor(() => ({
      status: 503,
      headers: { 'retry-after': '7' },
      body: '<h1>Busy</h1>',
    }));
    await using picky = await startFakeVendor(() => ({
      status: 400,
      body: {
        errors: [
          { message: 'No.', extensions: { code: 'A_WORD_TO_COME', retryable: true, retryAfterMs: 5 } },
        ],
      },
    }));
    await using busy = connect(proxy.url);
    await using odd = connect(picky.url);
    await using nobody = connect('http://127.0.0.1:1');

    await expect(busy.get('hi-energy:1')).rejects.toMatchObject({
      code: 'BAD_ANSWER',
      retryable: true,
      retryAfterMs: 7_000,
    });
    await expect(odd.get('hi-energy:1')).rejects.toMatchObject({
      code: 'A_WORD_TO_COME',
      retryable: true,
      retryAfterMs: 5,
    });
    await expect(nobody.get('hi-energy:1')).rejects.toMatchObject({ code: 'NETWORK', retryable: true });
  });

  it('have links with time to live', async () => {
    await using gateway = await startSimulatedGateway({ speed: 50 });
    await using client = connect(gateway.url);
    const started = await client.start(ORDER);
    const early = client.fileUrl(started);
    await expect(early).rejects.toMatchObject({ code: 'NO_FILE', retryable: true });
    const ended = await client.done(started);
    const [file] = ended.files ?? [];
    const old = {
      ...ended,
      files: [
        {
          name: '',
          mediaType: null,
          url: 'https://old.example',
          availableUntil: null,
          urlExpiresAt: new Date(Date.now() + 59_000),
        },
      ],
    };

    expect(await client.fileUrl(ended)).toEqual(new URL(file?.url ?? ''));
    expect((await client.fileUrl(old)).origin).toBe(new URL(gateway.url).origin);
    expect((await client.fileUrl({ id: ended.id })).origin).toBe(new URL(gateway.url).origin);
    await expect(client.fileUrl(ended, 3)).rejects.toMatchObject({ code: 'NO_FILE', retryable: false });
  });
});

describe('the documents of the client', () => {
  it('are all that a gateway has to trust', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'waybill-documents-'));
    const trustedDocuments = join(folder, 'documents.json');
    writeFileSync(trustedDocuments, manifest);
    await using gateway = await startSimulatedGateway({
      speed: 50,
      config: { server: { trustedDocuments } },
    });
    await using client = connect(gateway.url);

    const refused = await gateway.query('{ vendors { key } }');
    const tracked = client.follow({ tracked: {} });
    const started = await client.start(ORDER);
    await until(() => tracked.getSnapshot().length === 1);
    const { list, end } = collect(client.watch(started));
    await end;
    await client.track(started, { label: 'x' });
    await client.untrack(started);
    const accounts = await client.accounts();
    const recent = await client.recent();
    const canceled = await client.cancel(started).catch((error: unknown) => error);
    const read = await client.get(started);
    rmSync(folder, { recursive: true });

    expect(refused.errors[0]?.extensions?.code).toBe('OPERATION_NOT_TRUSTED');
    expect(list.at(-1)?.export?.status).toBe('SUCCEEDED');
    expect(accounts).toHaveLength(4);
    expect(recent.exports.length).toBeGreaterThan(0);
    expect(canceled).toMatchObject({ code: 'UNSUPPORTED_BY_VENDOR' });
    expect(read.isTerminal).toBe(true);
  });

  it('are named by what they say', async () => {
    for (const [id, text] of Object.entries(documents)) {
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
      expect(id).toBe(`sha256:${Buffer.from(digest).toString('hex')}`);
    }
    expect(Object.keys(documents)).toHaveLength(10);
    expect(JSON.parse(manifest)).toEqual(documents);
  });
});
