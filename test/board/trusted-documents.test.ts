import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Peer } from '../graphql/subscriptions/peer.ts';
import { type FakedGateway, startFakedGateway, toLocator } from '../graphql/support.ts';

let folder: string;
let gateway: FakedGateway;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-board-trusted-'));
  const trustedDocuments = join(folder, 'manifest.json');
  writeFileSync(trustedDocuments, '{ "only": "{ vendors { key } }" }');
  gateway = await startFakedGateway({ config: { server: { mode: 'production', trustedDocuments } } });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** What the board's module exports, as a browser gets it. */
async function servedDocuments(): Promise<readonly string[]> {
  const text = await (await fetch(`${gateway.url}/board/documents.js`)).text();
  const served = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as Record<
    string,
    unknown
  >;
  return Object.values(served).filter((value) => typeof value === 'string');
}

function nameOf(document: string): string {
  return /(?:query|mutation|subscription) (\w+)/.exec(document)?.[1] ?? '';
}

/** Answers of those that get as far as this test's vendor: it answers a start with something else, and stops no job. */
const EXPECTED: Readonly<Record<string, string>> = {
  BoardStartExport: 'START_OUTCOME_UNKNOWN',
  BoardCancelExport: 'UNSUPPORTED_BY_VENDOR',
};

describe('where only trusted documents are answered', () => {
  it('every document of the board is, over the way the board sends it', async () => {
    await using peer = await Peer.connect(gateway.url);
    const locator = toLocator('hi-energy', 1);
    const input = { order: { hiEnergy: { reportType: 'deals_excel' } } };
    const variables = { first: 5, locators: [locator], locator, input };
    const documents = await servedDocuments();

    const codes: unknown[] = [];
    for (const [index, query] of documents.entries()) {
      if (query.includes('subscription')) {
        codes.push((await peer.ask(String(index), query, variables)).type);
      } else {
        const { errors } = await gateway.query(query, variables);
        codes.push(errors.map(({ extensions }) => extensions?.code).find((code) => code) ?? 'next');
      }
    }

    expect(documents.length).toBeGreaterThanOrEqual(9);
    expect(documents.map((text, index) => [nameOf(text), codes[index]])).toEqual(
      documents.map((text) => [nameOf(text), EXPECTED[nameOf(text)] ?? 'next']),
    );
  });

  it('what looks like one of them is not', async () => {
    const [document = ''] = await servedDocuments();

    const { status, errors } = await gateway.query(document.replaceAll(/\s+/g, ' '), { first: 5 });

    expect(status).toBe(400);
    expect(errors[0]?.extensions?.code).toBe('OPERATION_NOT_TRUSTED');
  });
});
