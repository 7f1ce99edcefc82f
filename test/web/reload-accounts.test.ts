import { EventEmitter, once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type LiveGateway, startLiveGateway, toHiAccount } from '../graphql/subscriptions/live-gateway.ts';
import { openSocketStream, TRANSPORTS, toStory } from '../graphql/subscriptions/transports.ts';
import { startFakeVendor } from '../support/fake-vendor.ts';
import { readTestConfig, startTestGateway } from '../support/gateway.ts';
import { settle } from '../support/manual-clock.ts';

const READ = 'query ($id: ID!) { export(locator: { hiEnergy: { exportId: $id } }) { status } }';
const FILES = '{ export(locator: { hiEnergy: { exportId: "1" } }) { files { url } } }';

const hi = (exportId: number, account?: string): object => ({
  hiEnergy: { exportId: String(exportId), ...(account === undefined ? {} : { account }) },
});

/** Hands the gateway these accounts, as a changed file would. */
function reload(gateway: LiveGateway, ...accounts: readonly object[]): void {
  gateway.gateway.reload(readTestConfig({ accounts }));
}

const keysUsed = ({ vendor }: LiveGateway): readonly (string | undefined)[] =>
  vendor.requests.map(({ headers }) => headers['x-api-key']);

const withKey = (gateway: LiveGateway, apiKey: string, changes: object = {}): object =>
  toHiAccount(gateway.vendor.url, { credential: { type: 'api-key', apiKey }, ...changes });

describe.each(TRANSPORTS)('a stream over %s', (_name, open) => {
  it('lives on when its account gets another key, misses nothing and is told nothing false', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing', parts: 10 });
    await using stream = await open(gateway.url, { variables: { locators: [hi(1)] } });
    await stream.until((events) => events.length === 1);

    for (const round of [2, 3, 4]) {
      reload(gateway, withKey(gateway, `key-${round}`));
      gateway.say(1, { status: 'processing', parts: round * 10 });
      await stream.until((events) => events.length === round);
    }
    gateway.say(1, { status: 'completed', parts: 100 });

    expect((await stream.ended).type).toBe('complete');
    expect(toStory(stream.events)).toEqual([
      'Snapshot 1 RUNNING 10',
      'Progressed 1 RUNNING 20',
      'Progressed 1 RUNNING 30',
      'Progressed 1 RUNNING 40',
      'StatusChanged 1 SUCCEEDED 100',
    ]);
  });

  it('is told that its export failed when the account is taken away, and completes', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing', parts: 10 });
    gateway.say(2, { status: 'processing', parts: 20 });
    await using stream = await open(gateway.url, { variables: { locators: [hi(1), hi(2)] } });
    await stream.until((events) => events.length === 2);

    reload(gateway);

    expect((await stream.ended).type).toBe('complete');
    expect(toStory(stream.events).slice(2).toSorted()).toEqual([
      'WatchFailed 1 RUNNING 10 EXPORT_NOT_FOUND',
      'WatchFailed 2 RUNNING 20 EXPORT_NOT_FOUND',
    ]);
  });

  it('goes on for the accounts that are still there', async () => {
    await using gateway = await startLiveGateway({ accounts: (url) => [toHiAccount(url, { key: 'two' })] });
    gateway.say(1, { status: 'processing', parts: 10 });
    gateway.say(2, { status: 'processing', parts: 20 });
    await using stream = await open(gateway.url, {
      variables: { locators: [hi(1, 'hi'), hi(2, 'two')] },
    });
    await stream.until((events) => events.length === 2);

    reload(gateway, toHiAccount(gateway.vendor.url, { key: 'two' }));
    await stream.until((events) => events.length === 3);
    gateway.say(2, { status: 'completed', parts: 100 });

    expect((await stream.ended).type).toBe('complete');
    expect(toStory(stream.events).slice(2)).toEqual([
      'WatchFailed 1 RUNNING 10 EXPORT_NOT_FOUND',
      'StatusChanged 2 SUCCEEDED 100',
    ]);
  });

  it('ends for an account that is at another address now: other exports stand behind the same ids there', async () => {
    await using gateway = await startLiveGateway();
    await using elsewhere = await startFakeVendor(() => ({
      body: { export: { id: 1, report_type: 'deals_excel', status: 'failed' } },
    }));
    gateway.say(1, { status: 'processing', parts: 10 });
    await using stream = await open(gateway.url, { variables: { locators: [hi(1)] } });
    await stream.until((events) => events.length === 1);

    reload(gateway, toHiAccount(elsewhere.url));

    expect((await stream.ended).type).toBe('complete');
    expect(toStory(stream.events)).toEqual([
      'Snapshot 1 RUNNING 10',
      'WatchFailed 1 RUNNING 10 EXPORT_NOT_FOUND',
    ]);
    await using again = await open(gateway.url, { variables: { locators: [hi(1)] } });
    await again.ended;
    expect(toStory(again.events)).toEqual(['Snapshot 1 FAILED']);
  });

  it('can show the account and the files of an export whose account was just taken away', async () => {
    const query = /* GraphQL */ `
      subscription Watch($locators: [ExportLocator!]!) {
        exportEvents(locators: $locators) {
          __typename
          exportId
          cursor
          export { status account { key health { state } } vendor { key } files { url } }
        }
      }
    `;
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing', parts: 10 });
    await using stream = await open(gateway.url, { query, variables: { locators: [hi(1)] } });
    await stream.until((events) => events.length === 1);

    reload(gateway);

    expect(await stream.ended).toMatchObject({ type: 'complete', errors: [] });
    expect(stream.events.at(-1)).toMatchObject({
      __typename: 'ExportWatchFailed',
      export: { account: { key: 'hi', health: { state: 'UNAVAILABLE' } } },
    });
  });
});

describe('an account with another key', () => {
  it('is asked with the new key alone as soon as what was under way is answered', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing' });
    await using stream = await openSocketStream(gateway.url, { variables: { locators: [hi(1)] } });
    await stream.until((events) => events.length === 1);

    reload(gateway, withKey(gateway, 'key-2'));
    await gateway.nextPolls(1, 1);
    const settled = keysUsed(gateway).length;
    await gateway.query(READ, { id: '1' });
    await gateway.nextPolls(1, 5);

    expect(new Set(keysUsed(gateway).slice(settled))).toEqual(new Set(['key-2']));
  });

  it('is not judged by what the old key was answered meanwhile', async () => {
    await using gateway = await startLiveGateway();
    const steps = new EventEmitter();
    const asked = once(steps, 'asked');
    gateway.vendor.answer(async ({ headers }) => {
      const isOld = headers['x-api-key'] === 'key-1';
      if (isOld) steps.emit('asked');
      if (isOld) await once(steps, 'reloaded');
      const body = { export: { id: 1, report_type: 'deals_excel', status: 'processing' } };
      return isOld ? { status: 401, body: {} } : { body };
    });
    const answer = gateway.query(READ, { id: '1' });
    await asked;

    reload(gateway, withKey(gateway, 'key-2'));
    steps.emit('reloaded');

    expect((await answer).data).toEqual({ export: { status: 'RUNNING' } });
    expect(keysUsed(gateway)).toEqual(['key-1', 'key-2']);
  });

  it('is asked at once about what the old key could not read', async () => {
    await using gateway = await startLiveGateway({ speed: 1 });
    gateway.vendor.answer(({ headers }) =>
      headers['x-api-key'] === 'key-1'
        ? { status: 401, body: {} }
        : { body: { export: { id: 1, report_type: 'deals_excel', status: 'completed' } } },
    );
    reload(gateway, withKey(gateway, 'key-1', { polling: { minMs: 600_000, maxMs: 600_000 } }));
    await using stream = await openSocketStream(gateway.url, { variables: { locators: [hi(1)] } });
    await stream.until((events) => events.length === 1);

    reload(gateway, withKey(gateway, 'key-2', { polling: { minMs: 600_000, maxMs: 600_000 } }));

    await stream.ended;
    expect(toStory(stream.events)).toEqual([
      'WatchInterrupted 1 - VENDOR_UNAUTHENTICATED',
      'WatchResumed 1 SUCCEEDED',
      'Snapshot 1 SUCCEEDED',
    ]);
  });
});

describe('an account that was taken away', () => {
  it('is unknown to queries, and asked nothing more', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing' });
    await using stream = await openSocketStream(gateway.url, { variables: { locators: [hi(1)] } });
    await stream.until((events) => events.length === 1);
    const { data } = await gateway.query('{ export(locator: { hiEnergy: { exportId: "1" } }) { id } }');

    reload(gateway);
    const asked = gateway.vendor.requests.length;
    await stream.ended;
    const answers = await gateway.query(
      'query ($id: ID!) { accounts { key } export(locator: { id: $id }, maxAgeMs: 60000) { status } node(id: $id) { id } }',
      { id: data.export.id },
    );

    expect(answers.data).toEqual({ accounts: [], export: null, node: null });
    expect(answers.errors.map(({ extensions }) => extensions?.code)).toEqual(['EXPORT_NOT_FOUND']);
    await settle();
    expect(gateway.vendor.requests).toHaveLength(asked);
  });

  it('answers what was under way as an unknown one would', async () => {
    await using gateway = await startLiveGateway();
    const steps = new EventEmitter();
    const [asked, closed] = [once(steps, 'asked'), once(steps, 'closed')];
    gateway.vendor.answer(() => (response) => {
      steps.emit('asked');
      response.on('close', () => steps.emit('closed'));
    });
    const answer = gateway.query(READ, { id: '1' });
    await asked;

    reload(gateway);

    expect((await answer).errors[0]?.extensions?.code).toBe('EXPORT_NOT_FOUND');
    await closed;
  });

  it('has its file links open no more, and so has one that is at another address', async () => {
    await using gateway = await startLiveGateway();
    await using elsewhere = await startFakeVendor(() => ({ status: 500 }));
    const file = {
      download_url: 'https://files.s3.amazonaws.com/a.csv?X-Amz-Signature=1',
      filename: 'a.csv',
    };
    gateway.say(1, { status: 'completed', more: file });
    const { data } = await gateway.query(FILES);
    const { url } = data.export.files[0];

    reload(gateway, toHiAccount(elsewhere.url));
    const asked = gateway.vendor.requests.length;

    expect((await fetch(url, { redirect: 'manual' })).status).toBe(404);
    expect([gateway.vendor.requests.length - asked, elsewhere.requests.length]).toEqual([0, 0]);
  });

  it('is the same as before where it comes back, and resumes', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing', parts: 10 });
    await using stream = await openSocketStream(gateway.url, { variables: { locators: [hi(1)] } });
    const [first] = await stream.until((events) => events.length === 1);
    reload(gateway);
    await stream.ended;

    reload(gateway, withKey(gateway, 'key-1'));
    gateway.say(1, { status: 'completed', parts: 100 });
    const variables = { locators: [hi(1)], after: first?.cursor };
    await using resumed = await openSocketStream(gateway.url, { variables });
    await resumed.ended;

    expect(toStory(resumed.events)).toEqual(['StatusChanged 1 SUCCEEDED 100']);
  });
});

it('an account that was added is there at once', async () => {
  await using gateway = await startLiveGateway();
  gateway.say(1, { status: 'processing' });

  reload(gateway, withKey(gateway, 'key-1'), toHiAccount(gateway.vendor.url, { key: 'new' }));

  const { data } = await gateway.query(
    '{ accounts { key } export(locator: { hiEnergy: { account: "new", exportId: "1" } }) { status } }',
  );
  expect(data).toEqual({ accounts: [{ key: 'hi' }, { key: 'new' }], export: { status: 'RUNNING' } });
});

it('an account whose plan is the same keeps its token, its connections and its answers', async () => {
  await using vendor = await startFakeVendor(({ url }) =>
    url.startsWith('/token')
      ? { body: { access_token: 'token-1', expires_in: 3_600, token_type: 'Bearer' } }
      : { body: { job: { id: 'a', name: 'calls', status: 'processing' } } },
  );
  const credential = { type: 'client-credentials', tokenUrl: `${vendor.url}/token`, clientId: 'waybill' };
  const account = (clientSecret: string, changes: object = {}): object => ({
    key: 'desk',
    vendor: 'talkdesk',
    baseUrl: vendor.url,
    credential: { ...credential, clientSecret },
    ...changes,
  });
  await using gateway = await startTestGateway({ accounts: [account('secret-1')] });
  const ask = () =>
    gateway.query('{ export(locator: { talkdesk: { reportType: "calls", jobId: "a" } }) { id } }');
  const tokens = () => vendor.requests.filter(({ url }) => url.startsWith('/token')).length;

  await ask();
  gateway.gateway.reload(readTestConfig({ accounts: [account('secret-1')] }));
  await ask();
  expect(tokens()).toBe(1);
  gateway.gateway.reload(readTestConfig({ accounts: [account('secret-2')] }));
  await ask();

  expect(tokens()).toBe(2);
});
