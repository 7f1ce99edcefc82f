import type { DeliveryStatus } from '../../export/store.ts';
import type {
  WebhookDeliveryStatus as SchemaStatus,
  WebhookDeliveryResolvers,
} from '../generated/resolver-types.ts';

/** The schema's words for where a delivery stands. */
const STATUSES = {
  owed: 'OWED',
  delivered: 'DELIVERED',
  'given-up': 'GIVEN_UP',
} as const satisfies Record<DeliveryStatus, SchemaStatus>;

export const WebhookDelivery: Pick<WebhookDeliveryResolvers, 'exportId' | 'status'> = {
  exportId: ({ key }) => key.id,
  status: ({ status }) => STATUSES[status],
};
