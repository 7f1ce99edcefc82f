import { afterEach, describe, expect, it } from 'vitest';
import { type SimulatedGateway, startSimulatedGateway } from '../support/simulated-gateway.ts';

const START = /* GraphQL */ `
  mutation Start($input: StartExportInput!) {
    startExport(input: $input) {
      isExisting
      export {
        id
        status
        isTerminal
        account { key }
        tracking { label startedHere trackedBy trackedAt keptUntil }
      }
    }
  }
`;

const ORDERS = {
  'power-bi': {
    powerBi: {
      groupId: 'aaaaaaaa-0000-4000-8000-000000000001',
      reportId: 'bbbbbbbb-0000-4000-8000-000000000001',
      format: 'PDF',
    },
  },
  'hi-energy': { hiEnergy: { reportType: 'deals_excel', searchParams: { q: 'boots' } } },
  talkdesk: { talkdesk: { reportType: 'calls', from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' } },
  'web-admit': { webAdmit: { userIdentityId: '37442', exportId: '86466' } },
} as const;

let gateway: SimulatedGateway | undefined;

afterEach(async () => {
  await gateway?.[Symbol.asyncDispose]();
  gateway = undefined;
});

describe.each(Object.keys(ORDERS) as (keyof typeof ORDERS)[])('starting an export at %s', (vendor) => {
  const order = ORDERS[vendor];

  it('answers with the export, which is tracked from then on under its label', async () => {
    gateway = await startSimulatedGateway();

    const { data, errors } = await gateway.query(START, { input: { order, label: 'For Monday' } });

    expect(errors).toEqual([]);
    expect(data.startExport).toMatchObject({
      isExisting: false,
      export: {
        status: 'QUEUED',
        tracking: { label: 'For Monday', startedHere: true, trackedBy: 'anonymous', keptUntil: null },
      },
    });
    const { data: recent } = await gateway.query(
      '{ recentExports(filter: { isTracked: true, text: "monday" }) { nodes { id tracking { label } } } }',
    );
    expect(recent.recentExports.nodes).toEqual([
      { id: data.startExport.export.id, tracking: { label: 'For Monday' } },
    ]);
  });

  it('asks no vendor where the key was used for the same order, and refuses another one under it', async () => {
    gateway = await startSimulatedGateway();
    const idempotencyKey = 'report of november';

    const first = await gateway.query(START, { input: { order, idempotencyKey } });
    const again = await gateway.query(START, { input: { order, idempotencyKey } });
    const other = await gateway.query(START, {
      input: { order: { hiEnergy: { reportType: 'advertisers_csv' } }, idempotencyKey },
    });

    expect(first.errors).toEqual([]);
    expect(again.data.startExport).toMatchObject({
      isExisting: true,
      export: { id: first.data.startExport.export.id },
    });
    expect(other.errors[0]?.extensions).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', retryable: false });
  });
});
