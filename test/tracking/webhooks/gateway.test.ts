import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { createScaledClock } from '../../../simulator/scaled-clock.ts';
import { WEBHOOK_EVENT_TYPES } from '../../../src/export/store.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import type { WebhookBody } from '../../../src/tracking/webhooks/message.ts';
import { startFakeVendor } from '../../support/fake-vendor.ts';
import { startSimulatedGateway } from '../../support/simulated-gateway.ts';
import { SECRET } from './support.ts';

const START = /* GraphQL */ `
  mutation ($input: StartExportInput!) { startExport(input: $input) { export { id } } }
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

describe.each(Object.keys(ORDERS) as (keyof typeof ORDERS)[])(
  'an export that was started at %s',
  (vendor) => {
    it('is told of from its start to its end, once each, with links that open its files', {
      timeout: 40_000,
    }, async () => {
      await using receiver = await startFakeVendor(() => ({}));
      const endpoint = {
        key: 'ops',
        url: `${receiver.url}/hook`,
        secret: SECRET,
        events: WEBHOOK_EVENT_TYPES,
        allowPrivate: true,
      };
      await using gateway = await startSimulatedGateway({
        tools: { clock: createScaledClock(systemClock, 8) },
        config: { webhooks: [endpoint] as object },
      });

      const { data, errors } = await gateway.query(START, { input: { order: ORDERS[vendor], label: 'May' } });
      expect(errors).toEqual([]);
      const bodies = (): readonly WebhookBody[] => receiver.requests.map(({ body }) => JSON.parse(body));
      await expect
        .poll(() => bodies().at(-1)?.type, { timeout: 30_000, interval: 50 })
        .toMatch(/succeeded|failed|expired|canceled/);

      expect(bodies().map(({ type }) => type)).toEqual([
        'export.tracked',
        'export.running',
        'export.succeeded',
      ]);
      expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
      for (const { data: told } of bodies())
        expect(told).toMatchObject({ id: data.startExport.export.id, vendor, label: 'May' });
      const { data: end } = bodies()[2] as WebhookBody;
      expect(end).toMatchObject({ status: 'SUCCEEDED', locator: expect.stringMatching(`^${vendor}:`) });
      const [file] = end.files ?? [];
      // On a busy machine the vendor may seem slow at eight times the speed: then the link says 503, and works a moment later.
      const open = async (): Promise<number> => {
        const { status, body } = await fetch(file?.url ?? '', { redirect: 'manual' });
        await body?.cancel();
        return status;
      };
      await expect
        .poll(open, { timeout: 20_000, interval: 200 })
        .toSatisfy((status) => [200, 302].includes(status));
      for (const { headers, body } of receiver.requests)
        expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toBeDefined();
    });
  },
);
