import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { buildSchema, type GraphQLObjectType } from 'graphql';
import { afterAll, describe, expect, it } from 'vitest';
import { OTHER_TESTS } from '../../scripts/docs/codes-reference.ts';
import { type Answer, EXAMPLES, type Example } from '../../scripts/docs/examples.ts';
import type { FaultOrder } from '../../simulator/faults.ts';
import { startSimulators } from '../../simulator/server.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

const ANSWERS = new URL('../../scripts/docs/answers.json', import.meta.url);
/** EXAMPLES=write records what is answered now. */
const isWriting = process.env.EXAMPLES === 'write';
const recorded = new Map<string, Answer>();

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the examples of the reference', () => {
  it('are there for each root field', () => {
    const schema = buildSchema(read('docs/schema.graphql'));
    const fields = ['Query', 'Mutation', 'Subscription'].flatMap((type) =>
      Object.keys((schema.getType(type) as GraphQLObjectType).getFields()).map((field) => `${type}.${field}`),
    );

    expect(fields.filter((field) => !EXAMPLES.some(({ of }) => of === field))).toEqual([]);
  });

  it('are there for each code, or another test brings it about', () => {
    const codes = [...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
    const shown = new Set(EXAMPLES.map(({ of }) => of));

    const others = codes.filter((code) => !shown.has(code ?? ''));
    expect(others.sort()).toEqual(Object.keys(OTHER_TESTS).sort());
    for (const test of Object.values(OTHER_TESTS))
      expect(existsSync(new URL(`../../${test}`, import.meta.url))).toBe(true);
  });

  it.concurrent.each(EXAMPLES.map((example) => [example.of, example] as const))(
    'shows what %s is answered with',
    async (of, example) => {
      const answer = toStable(await run(example));
      recorded.set(of, answer);

      const text = JSON.stringify(answer);
      if (of.includes('.')) expect(text.includes('"errors"')).toBe(of === 'Query.exports');
      else expect(text).toContain(`"code":"${of.split(' ').at(-1)}"`);
      if (!isWriting) expect(answer).toEqual(JSON.parse(readFileSync(ANSWERS, 'utf8'))[of]);
    },
  );

  afterAll(() => {
    if (!isWriting) return;
    const inOrder = EXAMPLES.flatMap(({ of }) => (recorded.has(of) ? [[of, recorded.get(of)]] : []));
    writeFileSync(ANSWERS, `${JSON.stringify(Object.fromEntries(inOrder), null, 2)}\n`);
  });
});

async function run(example: Example): Promise<Answer> {
  const { fault, limits, config = {}, before, operation } = example;
  await using simulators = await startSimulators();
  const accounts = simulators.accounts.map((account) =>
    'vendor' in account && account.vendor === 'hi-energy'
      ? { ...account, ...(limits && { limits }) }
      : account,
  );
  await using gateway = await startTestGateway({
    accounts,
    config,
    tools: { random: { next: () => 0 } },
  });
  let { variables } = example;
  if ('webhooks' in config) await finishAnExport(gateway, simulators.faults);
  if (before !== undefined) {
    const { data } = await gateway.query(before);
    if (example.of === 'Mutation.retryWebhookDelivery') variables = { id: data.webhookDeliveries[0].id };
  }
  if (fault !== undefined)
    simulators.faults.order({ vendor: 'hi-energy', times: 100, ...fault } as FaultOrder);
  if (operation.startsWith('subscription')) return { body: [await firstEvent(gateway, operation)] };
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...example.headers },
    body: JSON.stringify(example.body ?? { query: operation, variables }),
  });
  const body: unknown = await response.json();
  return response.status === 200 ? { body } : { status: response.status, body };
}

/** An export that has ended, so that a webhook is owed and could not be sent. */
async function finishAnExport(
  gateway: TestGateway,
  faults: { order(order: FaultOrder): void },
): Promise<void> {
  faults.order({ vendor: 'hi-energy', kind: 'simulate', words: 'instant' });
  await gateway.query(
    'mutation { startExport(input: { order: { hiEnergy: { reportType: "deals_excel" } } }) { isExisting } }',
  );
  const isOwed = async () => {
    const { data } = await gateway.query('{ webhookDeliveries { attempts } }');
    return data.webhookDeliveries.some(({ attempts }: { attempts: number }) => attempts > 0);
  };
  await expect.poll(isOwed, { timeout: 20_000 }).toBe(true);
}

/** What the first `next` of a stream holds. */
async function firstEvent(gateway: TestGateway, query: string): Promise<unknown> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query }),
  });
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    const [, data] = /^event: next\ndata: (.+)$/m.exec(text) ?? [];
    // Leaving the loop ends the stream.
    if (data !== undefined) return JSON.parse(data);
  }
  throw new Error(`The stream ended without an event: ${text}`);
}

/** The same answer at any time and on any port. */
function toStable(answer: Answer): Answer {
  const text = JSON.stringify(answer)
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+\/files\/[^"]+/g, 'https://exports.example.com/files/eyJ2Ijoi…')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '2026-11-22T10:15:00.000Z')
    .replaceAll(/-20\d\d-\d\d-\d\d/g, '-2026-11-22')
    .replaceAll(/"requestId":"[^"]+"/g, '"requestId":"efefe4da-fbb2-45c1-b101-c1e323beebab"')
    .replaceAll(/"(cursor)":"[^"]+"/g, '"$1":"46da84b124de.2.OKMyy0qWqB8AZr"')
    .replaceAll(/"(endCursor)":"[^"]+"/g, '"$1":"WyIyMDI2LTExLTIyIl0"')
    .replaceAll(/"id":"msg_[^"]+"/g, '"id":"msg_2Yd8XvXvKZ0n3rX4"')
    .replaceAll(
      /"retryAfterMs":(\d+)/g,
      (_all, ms: string) => `"retryAfterMs":${Math.ceil(Number(ms) / 1_000)}000`,
    );
  return JSON.parse(text) as Answer;
}
