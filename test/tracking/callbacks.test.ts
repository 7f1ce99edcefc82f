import { afterEach, describe, expect, it } from 'vitest';
import { type Simulators, startSimulators } from '../../simulator/server.ts';
import { demoConfig } from '../../src/cli/demo-config.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { subscribe } from './subscribe.ts';

const START = /* GraphQL */ `
  mutation Start($input: StartExportInput!) { startExport(input: $input) { export { id status } } }
`;
const LIST = /* GraphQL */ `
  subscription { trackedExportEvents { __typename ... on ExportStatusChanged { to } } }
`;
const ORDER = { order: { webAdmit: { userIdentityId: '37442', exportId: '86466' } } };

let simulators: Simulators | undefined;
let gateway: TestGateway | undefined;

afterEach(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await simulators?.[Symbol.asyncDispose]();
  gateway = undefined;
  simulators = undefined;
});

/** WebAdMIT's runs are over in moments, and polled so seldom that only a callback can tell it. */
async function setUp(account: object) {
  simulators = await startSimulators({ speed: 500 });
  const { accounts } = JSON.parse(demoConfig(simulators, 0)) as { accounts: { vendor: string }[] };
  const admit = accounts.find(({ vendor }) => vendor === 'web-admit');
  gateway = await startTestGateway({
    accounts: [{ ...admit, polling: { minMs: 3_600_000, maxMs: 3_600_000 }, ...account }],
  });
  return gateway;
}

describe('an account with callbacks: true', () => {
  it('learns of the end of a run from the callback that its start named', async () => {
    const { url, query } = await setUp({ callbacks: true });
    const stream = subscribe(url, LIST);
    await query(START, { input: ORDER });

    const events = await stream.next(2);
    stream.stop();

    // Its beginning is a snapshot where the subscription came second.
    expect(events.at(-1)?.trackedExportEvents).toMatchObject({
      __typename: 'ExportStatusChanged',
      to: 'SUCCEEDED',
    });
  });

  it('names no token in its log', async () => {
    const { url, query, log } = await setUp({ callbacks: true });
    const stream = subscribe(url, LIST);
    await query(START, { input: ORDER });
    await stream.next(2);
    stream.stop();

    expect(log.lines.some(({ message }) => message === 'A vendor called back.')).toBe(true);
    expect(JSON.stringify(log.lines)).not.toContain('/callbacks/');
  });
});
