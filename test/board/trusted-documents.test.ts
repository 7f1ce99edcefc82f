import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBoardDocuments } from '../../src/web/board-documents.ts';
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

function nameOf(document: string): string {
  return /(?:query|mutation|subscription) (\w+)/.exec(document)?.[1] ?? '';
}

/** Answers of those that get as far as this test's vendor: it answers a start with something else, and stops no job. */
const EXPECTED: Readonly<Record<string, string>> = {
  WaybillStart: 'START_OUTCOME_UNKNOWN',
  WaybillCancel: 'UNSUPPORTED_BY_VENDOR',
};

describe('where only trusted documents are answered', () => {
  it('every document of the board is, over the way the board sends it', async () => {
    await using peer = await Peer.connect(gateway.url);
    const locator = toLocator('hi-energy', 1);
    const input = { order: { hiEnergy: { reportType: 'deals_excel' } } };
    const variables = { first: 5, locators: [locator], locator, input };
    const documents = await readBoardDocuments();

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
    const [document = ''] = await readBoardDocuments();

    const { status, errors } = await gateway.query(document.replace('{', '{ '), { first: 5 });

    expect(status).toBe(400);
    expect(errors[0]?.extensions?.code).toBe('OPERATION_NOT_TRUSTED');
  });
});
