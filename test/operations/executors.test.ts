import fc from 'fast-check';
import { parse, specifiedRules, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/graphql/schema.ts';
import { limitRules } from '../../src/operations/limits.ts';
import {
  type ConformanceGateway,
  normalise,
  startConformanceGateway,
  TRANSPORTS,
} from './conformance-support.ts';
import { type RandomQuestion, randomQuestion, valuesOf } from './random-documents.ts';

const schema = createSchema();
const LIMITS = { depth: 10, aliases: 30, directives: 50 };
const HI = (id: number) => `{ hiEnergy: { exportId: "${id}" } }`;
const LOCATORS = [
  HI(4002),
  HI(4001),
  HI(4404),
  '{ talkdesk: { reportType: "calls", jobId: "job-1" } }',
  '{ webAdmit: { exportId: "86466", exportFileId: "74001" } }',
  '{ hiEnergy: { exportId: "../7" } }',
  '{ hiEnergy: { exportId: "1", account: "nobody" } }',
];
const encode = (...parts: readonly string[]) =>
  `"${Buffer.from(JSON.stringify(parts)).toString('base64url')}"`;
const IDS = [
  encode('export', 'hi-energy', 'hi', '4001'),
  encode('account', 'hi'),
  encode('vendor', 'talkdesk'),
  encode('export', 'hi-energy', 'hi', '4404'),
  encode('account', 'nobody'),
  '"nonsense"',
];
const VALUES = {
  'ExportLocator!': LOCATORS,
  '[ExportLocator!]!': ['[]', `[${LOCATORS[0]}]`, `[${LOCATORS.join(', ')}]`],
  'ID!': IDS,
  '[ID!]!': ['[]', `[${IDS.join(', ')}]`],
  Int: ['0', '5', '-1', 'null'],
  ExportFilter: ['{}', '{ accounts: ["hi"] }', `{ statuses: [${valuesOf(schema, 'ExportStatus')[0]}] }`],
};

let interpreted: ConformanceGateway;
let compiled: ConformanceGateway;
beforeAll(async () => {
  interpreted = await startConformanceGateway('interpreted');
  compiled = await startConformanceGateway('compiled');
});
afterAll(async () => {
  await interpreted[Symbol.asyncDispose]();
  await compiled[Symbol.asyncDispose]();
});

/** Instants differ between two answers, and each gateway has an address and signatures of its own. */
function normaliseAll(text: string, { url }: ConformanceGateway): string {
  return normalise(text)
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'INSTANT')
    .replaceAll(url, 'URL')
    .replaceAll(/URL\/files\/[^"]*/g, 'FILE');
}

async function ask(gateway: ConformanceGateway, question: RandomQuestion): Promise<string> {
  const [transport] = TRANSPORTS;
  const answer = await transport?.ask(gateway.url, question);
  return normaliseAll(answer?.text ?? '', gateway);
}

function isValid(query: string): boolean {
  const document = parse(query);
  const rules = [...specifiedRules, ...limitRules(LIMITS)];
  return validate(schema, document, rules).length === 0;
}

describe('interpreted and compiled', () => {
  it('answer every valid document alike, to the byte', { timeout: 120_000 }, async () => {
    let withErrors = 0;
    let whole = 0;
    await fc.assert(
      fc.asyncProperty(
        randomQuestion(schema, VALUES).filter(({ query }) => isValid(query)),
        async (question) => {
          const expected = await ask(interpreted, question);
          expect(await ask(compiled, question)).toBe(expected);
          if (expected.startsWith('{"errors"')) withErrors += 1;
          else whole += 1;
        },
      ),
      { numRuns: 200, seed: 20_261_128 },
    );

    // Both kinds were among them.
    expect(Math.min(withErrors, whole)).toBeGreaterThan(20);
  });
});
