import { describe, expect, it } from 'vitest';
import type { FakeAnswer } from '../support/fake-vendor.ts';
import { type FakedGateway, startFakedGateway, toAccount, toLocator } from './support.ts';

/** Watches one export over SSE for as long as it is held, from its first event on. */
async function watch(gateway: FakedGateway, locator: object): Promise<AsyncDisposable> {
  const leaver = new AbortController();
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    signal: leaver.signal,
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({
      query:
        'subscription ($locators: [ExportLocator!]!) { exportEvents(locators: $locators) { __typename } }',
      variables: { locators: [locator] },
    }),
  });
  const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (!text.includes('ExportSnapshot')) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The stream ended with ${text}`);
    text += decoder.decode(value, { stream: true });
  }
  return {
    async [Symbol.asyncDispose]() {
      leaver.abort();
      await reader.cancel().catch(() => undefined);
    },
  };
}

const READ_QUERY = /* GraphQL */ `
  query ($locator: ExportLocator!, $maxAgeMs: Int) {
    export(locator: $locator, maxAgeMs: $maxAgeMs) {
      status
      transitions { from to }
      observation { nextPollAt isStale }
    }
  }
`;

describe('an export that somebody watches', () => {
  it('is answered from the watch within maxAgeMs, and by its vendor without', async () => {
    await using gateway = await startFakedGateway({
      // So seldom that no poll comes between.
      accounts: (urls) => [
        toAccount('power-bi', urls['power-bi'], { polling: { minMs: 60_000, maxMs: 60_000 } }),
      ],
    });
    const locator = toLocator('power-bi', 1);
    await using _watch = await watch(gateway, locator);
    const before = gateway.calls();

    const { data, errors } = await gateway.query(READ_QUERY, { locator, maxAgeMs: 60_000 });
    const free = gateway.calls() - before;
    await gateway.query(READ_QUERY, { locator, maxAgeMs: 0 });

    expect(errors).toEqual([]);
    expect(data.export).toMatchObject({ status: 'RUNNING', observation: { isStale: false } });
    expect(Date.parse(data.export.observation.nextPollAt)).toBeGreaterThan(Date.now() - 60_000);
    expect(free).toBe(0);
    expect(gateway.calls() - before).toBeGreaterThanOrEqual(1);
  });

  it('stands in recentExports, though its vendor has no list', async () => {
    await using gateway = await startFakedGateway();
    await using _watch = await watch(gateway, toLocator('power-bi', 7));

    const { data, errors } = await gateway.query(
      '{ recentExports { nodes { __typename ... on PowerBiExport { exportId } } unavailable { account { key } } } }',
    );

    expect(errors).toEqual([]);
    expect(data.recentExports.nodes).toEqual([{ __typename: 'PowerBiExport', exportId: 'export-7==' }]);
    expect(data.recentExports.unavailable).toEqual([{ account: { key: 'bi' } }]);
  });

  it('is nothing to a query about another export', async () => {
    await using gateway = await startFakedGateway();
    await using _watch = await watch(gateway, toLocator('power-bi', 1));

    const { data } = await gateway.query(READ_QUERY, { locator: toLocator('power-bi', 2), maxAgeMs: 60_000 });

    expect(data.export).toMatchObject({ transitions: [], observation: { nextPollAt: null } });
    expect(gateway.paths('power-bi').filter((path) => path.includes('export-2'))).toHaveLength(1);
  });
});

describe('an export whose watch has ended', () => {
  const READ = /* GraphQL */ `
    query ($locator: ExportLocator!, $maxAgeMs: Int) {
      export(locator: $locator, maxAgeMs: $maxAgeMs) {
        status
        ... on PowerBiExport { files { name } }
        observation { isStale }
      }
    }
  `;

  async function startWatched() {
    const vendor: { answer: FakeAnswer } = { answer: RUNNING };
    const gateway = await startFakedGateway({ vendors: { 'power-bi': () => vendor.answer } });
    const locator = toLocator('power-bi', 1);
    const read = (maxAgeMs: number) => gateway.query(READ, { locator, maxAgeMs });
    return { gateway, vendor, locator, read };
  }

  it('is what was read last, its file included, however old an answer may be', async () => {
    const { gateway, vendor, locator, read } = await startWatched();
    await using _gateway = gateway;
    {
      await using _watch = await watch(gateway, locator);
    }
    vendor.answer = {
      body: {
        id: 'export-1==',
        status: 'Succeeded',
        percentComplete: 100,
        reportName: 'Sales',
        resourceFileExtension: '.pdf',
        resourceLocation: 'https://example.invalid/file',
        expirationTime: new Date(Date.now() + 3_600_000).toISOString(),
      },
    };

    const now = await read(0);
    const later = await read(600_000);

    expect(now.errors).toEqual([]);
    expect(now.data.export).toMatchObject({ status: 'SUCCEEDED', files: [{ name: expect.any(String) }] });
    expect(later.data.export).toEqual(now.data.export);
  });

  it('is asked for while it has not ended, and stands in, as stale, for a vendor in trouble', async () => {
    const { gateway, vendor, locator, read } = await startWatched();
    await using _gateway = gateway;
    {
      await using _watch = await watch(gateway, locator);
    }
    const before = gateway.calls();

    const asked = await read(600_000);
    vendor.answer = { status: 503, body: {} };
    const standIn = await read(600_000);
    const tooOld = await read(0);

    expect(gateway.calls() - before).toBeGreaterThanOrEqual(2);
    expect(asked.data.export).toMatchObject({ status: 'RUNNING', observation: { isStale: false } });
    expect(standIn.errors).toEqual([]);
    expect(standIn.data.export).toMatchObject({ status: 'RUNNING', observation: { isStale: true } });
    expect(tooOld.errors).toMatchObject([{ extensions: { code: 'VENDOR_UNAVAILABLE', retryable: true } }]);
  });
});

const RUNNING: FakeAnswer = { body: { id: 'export-1==', status: 'Running', percentComplete: 40 } };
