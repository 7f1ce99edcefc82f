import type { WebhookEndpoint } from '../../../src/export/webhook-endpoint.ts';
import type { WebhookAttempt } from '../../../src/tracking/webhooks/attempt.ts';
import { type DispatcherSettings, WebhookDispatcher } from '../../../src/tracking/webhooks/dispatcher.ts';
import { WebhookSender } from '../../../src/tracking/webhooks/sender.ts';
import { createManualClock, createSeededRandom, type ManualClock } from '../../support/manual-clock.ts';
import { createRecordingLog } from '../../support/tools.ts';
import { AT, createMemoryDeliveries, type MemoryDeliveries } from './support.ts';

export interface Stage {
  readonly clock: ManualClock;
  readonly store: MemoryDeliveries;
  readonly log: ReturnType<typeof createRecordingLog>;
  readonly attempts: readonly WebhookAttempt[];
  /** A dispatcher on this stage's store; another one is another process. */
  createDispatcher(
    endpoints: readonly WebhookEndpoint[],
    overrides?: Partial<DispatcherSettings>,
  ): WebhookDispatcher;
}

export function createStage(): Stage {
  const clock = createManualClock(AT);
  const store = createMemoryDeliveries();
  const log = createRecordingLog();
  const attempts: WebhookAttempt[] = [];
  return {
    clock,
    store,
    log,
    attempts,
    createDispatcher: (endpoints, overrides = {}) =>
      new WebhookDispatcher({
        store,
        sender: new WebhookSender({ clock, linksFor: () => [] }),
        endpoints,
        tools: { clock, random: createSeededRandom(5), log },
        onAttempt: (attempt) => attempts.push(attempt),
        ...overrides,
      }),
  };
}
