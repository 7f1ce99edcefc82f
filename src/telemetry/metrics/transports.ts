import type { Registry } from 'prom-client';
import { collectCounter, collectGauge } from './collected.ts';

/** What went out to callers who hold a connection open; the last two count from the start of the process. */
export interface TransportCounters {
  /** Open websockets. */
  readonly sockets: number;
  /** Answers written to subscribers. */
  readonly pushes: { readonly websocket: number; readonly sse: number };
  /** Websockets, and streams over SSE, that were cut off because nobody read them. */
  readonly slowConsumersClosed: { readonly websocket: number; readonly sse: number };
}

export function showTransports(registry: Registry, read: () => TransportCounters): void {
  collectGauge(registry, {
    name: 'waybill_sockets',
    help: 'Open websockets.',
    read: () => read().sockets,
  });
  collectCounter(registry, {
    name: 'waybill_pushes_total',
    help: 'Answers written to subscribers, by transport.',
    labelNames: ['transport'],
    read: () => Object.entries(read().pushes).map(([transport, value]) => ({ labels: { transport }, value })),
  });
  collectCounter(registry, {
    name: 'waybill_slow_consumers_closed_total',
    help: 'Websockets, and streams over SSE, that were cut off because nobody read them.',
    read: () => read().slowConsumersClosed.websocket + read().slowConsumersClosed.sse,
  });
}
