import type { ExportKey } from '../export/export.ts';
import { fullerKey } from '../export/locator.ts';
import type { VendorAccount } from '../export/ports.ts';
import type { WatchedState } from '../export/transitions.ts';
import type { SpanOrigin } from '../telemetry/spans.ts';
import { toTopic } from './topic.ts';

/** One export to watch, through the account that may read it. */
export interface WatchRequest {
  readonly account: VendorAccount;
  readonly key: ExportKey;
  /** The span that asks, where spans are recorded. */
  readonly origin?: SpanOrigin | undefined;
  /** What a store has kept of the export from before this process. */
  readonly kept?: WatchedState | null | undefined;
}

/** Each export once, under its topic, with the fullest key given; in one order for the same exports, however they were named: cursors count by it. */
export function toTopics(requests: readonly WatchRequest[]): readonly (readonly [string, WatchRequest])[] {
  const byTopic = new Map<string, WatchRequest>();
  for (const request of requests) {
    const topic = toTopic(request.account.identity, request.key.id);
    const key = fullerKey(request.key, byTopic.get(topic)?.key ?? request.key);
    byTopic.set(topic, key === request.key ? request : { ...request, key });
  }
  return [...byTopic].sort(([one], [other]) => (one < other ? -1 : 1));
}
