import { collectDefaultMetrics, Registry } from 'prom-client';
import type { LimitedKind } from '../access/rate-limits.ts';
import type { VendorAccount } from '../export/ports.ts';
import type { DeliveryBacklog } from '../export/store.ts';
import type { VendorCall } from '../http/types.ts';
import type { Asked, Ending, RefusalReason, Transport } from '../operations/reports.ts';
import type { WebhookAttempt } from '../tracking/webhooks/attempt.ts';
import type { WatchCounters } from '../watch/watch-hub.ts';
import type { Callback } from '../web/callbacks-endpoint.ts';
import type { Download } from '../web/files-endpoint.ts';
import { showAccounts } from './metrics/accounts.ts';
import { type BackplaneSources, showBackplane } from './metrics/backplane.ts';
import { countCallbacks } from './metrics/callbacks.ts';
import { countDownloads } from './metrics/downloads.ts';
import { countOperations, countRateLimited, countRefused } from './metrics/operations.ts';
import { showTracking } from './metrics/tracking.ts';
import { showTransports, type TransportCounters } from './metrics/transports.ts';
import { countVendorCalls } from './metrics/vendor-calls.ts';
import { measurePolls, showWatches } from './metrics/watching.ts';
import { countWebhooks, showBacklog } from './metrics/webhooks.ts';
import type { Secrets } from './secrets.ts';

/** What is asked for at each scrape. */
export interface MetricSources {
  readonly watches: () => WatchCounters;
  readonly transports: () => TransportCounters;
  readonly accounts: () => readonly VendorAccount[];
}

export interface Metrics {
  /** One vendor call that was really sent. */
  onVendorCall(call: VendorCall): void;
  /** One poll, and how late it began. */
  onPoll(lateMs: number): void;
  /** One file that was asked for. */
  onDownload(download: Download): void;
  /** One call to a callback link. */
  onCallback(callback: Callback): void;
  /** One refusal over a caller's limit a minute. */
  onRateLimited(kind: LimitedKind): void;
  /** One operation that has ended. */
  onOperation(asked: Asked, ending: Ending): void;
  /** One request of which nothing was run. */
  onRefused(reason: RefusalReason, transport: Transport): void;
  /** One attempt at a webhook. */
  onWebhook(attempt: WebhookAttempt): void;
  /** Tells where webhooks that are owed are counted. @param now - epoch milliseconds */
  observeBacklog(read: () => Promise<readonly DeliveryBacklog[]>, now: () => number): void;
  /** Tells where open tracked exports are counted. */
  observeTracking(read: () => number): void;
  /** Tells where it is asked how this gateway stands to the others. */
  observeBackplane(sources: BackplaneSources): void;
  /** Tells where the counts that others keep are asked for. */
  observe(sources: MetricSources): void;
  /** What a scrape reads: Prometheus text. */
  read(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** What an operator asks of a running gateway, as Prometheus text. Labels hold account keys, never a caller's words. */
export function createMetrics({ mask }: Secrets): Metrics {
  const registry = new Registry();
  const all = [openProcessRegistry(), registry];
  return {
    onVendorCall: countVendorCalls(registry),
    onPoll: measurePolls(registry),
    onDownload: countDownloads(registry),
    onCallback: countCallbacks(registry),
    onOperation: countOperations(registry),
    onRefused: countRefused(registry),
    onRateLimited: countRateLimited(registry),
    onWebhook: countWebhooks(registry),
    observeBacklog: (read, now) => showBacklog(registry, read, now),
    observeTracking: (read) => showTracking(registry, read),
    observeBackplane: (sources) => showBackplane(registry, sources),
    observe({ watches, transports, accounts }) {
      showWatches(registry, watches);
      showTransports(registry, transports);
      showAccounts(registry, accounts);
    },
    read: async () => ({
      contentType: registry.contentType,
      text: mask(await Registry.merge(all).metrics()),
    }),
  };
}

let processRegistry: Registry | undefined;

/** What there is to tell of the process; opened once, since what measures its event loop and its garbage collector cannot be ended. */
function openProcessRegistry(): Registry {
  if (processRegistry === undefined) {
    processRegistry = new Registry();
    collectDefaultMetrics({ register: processRegistry });
  }
  return processRegistry;
}
