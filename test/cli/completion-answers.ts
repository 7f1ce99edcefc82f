import type {
  AccountsQuery,
  ListExportsQuery,
  ListedExportFragment,
  WebhookDeliveriesQuery,
} from '../../src/cli/generated/operations.ts';
import { FAKE_CHANGED, type FakeOperation } from './fake-gateway.ts';

const LISTED: ListedExportFragment = {
  ...FAKE_CHANGED,
  status: 'RUNNING',
  isTerminal: false,
  updatedAt: null,
  tracking: null,
};
const OTHER_ID = Buffer.from(JSON.stringify(['export', 'talkdesk', 'desk', 'calls', 'a-b'])).toString(
  'base64url',
);
const LIST: ListExportsQuery = {
  recentExports: {
    nodes: [LISTED, { ...LISTED, id: OTHER_ID, name: 'Calls\tof\u001b[31m today' }],
    pageInfo: { hasNextPage: false, endCursor: null },
    unavailable: [],
  },
};
const ACCOUNTS: AccountsQuery = {
  accounts: [
    {
      id: 'a',
      key: 'hi',
      vendor: {
        key: 'hi-energy',
        name: 'Hi Energy',
        capabilities: { canList: true, canStart: true, canCancel: false },
      },
      health: { state: 'HEALTHY', lastError: null, throttledUntil: null },
    },
  ],
};
const DELIVERIES: WebhookDeliveriesQuery = {
  webhookDeliveries: (['OWED', 'DELIVERED'] as const).map((status, index) => ({
    id: `msg_${index}`,
    endpoint: 'ops',
    type: 'export.succeeded',
    at: '2026-11-22T10:15:00.000Z',
    exportId: LISTED.id,
    status,
    attempts: 1,
    nextAttemptAt: null,
    lastResult: null,
    lastAttemptAt: null,
  })),
};

/** A gateway's answers to what shells ask: two exports, an account, two webhooks. */
export function answerShells({ name }: FakeOperation): object {
  if (name === 'ListExports') return LIST;
  return name === 'Accounts' ? ACCOUNTS : DELIVERIES;
}
