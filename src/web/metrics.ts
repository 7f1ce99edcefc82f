import type { IncomingMessage, ServerResponse } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Secrets } from '../export/secrets.ts';
import type { WatchCounters } from '../export/watch/watch-hub.ts';
import type { VendorCall } from '../http/types.ts';
import type { Download } from './files-endpoint.ts';
import { respondText } from './respond.ts';

export interface Metrics {
  /** One vendor call that was really sent. */
  onVendorCall(call: VendorCall): void;
  /** One poll, and how late it began. */
  onPoll(lateMs: number): void;
  /** One file that was asked for. */
  onDownload(download: Download): void;
  /** Tells where the counts of the watches and sockets are asked for at each scrape. */
  observe(sources: { readonly watches: () => WatchCounters; readonly sockets: () => number }): void;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** What an operator asks of a running gateway, as Prometheus text. Labels hold account keys, never a URL. */
export function createMetrics({ mask }: Secrets): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const vendorCalls = new Histogram({
    name: 'waybill_vendor_call_seconds',
    help: 'Calls sent to vendors, by account, purpose (api or token) and outcome (HTTP status or why there was none).',
    labelNames: ['vendor', 'account', 'purpose', 'outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const pollLateness = new Histogram({
    name: 'waybill_poll_lateness_seconds',
    help: 'How late polls began, against when they were due.',
    buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });

  const downloads = new Counter({
    name: 'waybill_downloads_total',
    help: 'Files asked for, by account and outcome; without an account where the link was none of ours.',
    labelNames: ['vendor', 'account', 'outcome'],
    registers,
  });
  const downloadedBytes = new Counter({
    name: 'waybill_downloaded_bytes_total',
    help: 'Bytes of files that went through this gateway, by account.',
    labelNames: ['vendor', 'account'],
    registers,
  });

  return {
    onDownload: ({ vendor, account, outcome, bytes }) => {
      downloads.inc({ vendor, account, outcome });
      downloadedBytes.inc({ vendor, account }, bytes);
    },
    onVendorCall: ({ vendor, account, purpose, outcome, durationMs }) =>
      vendorCalls.observe({ vendor, account, purpose, outcome: String(outcome) }, durationMs / 1_000),
    onPoll: (lateMs) => pollLateness.observe(Math.max(0, lateMs) / 1_000),
    observe({ watches, sockets }) {
      const gauge = (name: string, help: string, read: () => number) =>
        new Gauge({ name, help, registers, ...collecting(read) });
      gauge('waybill_watches', 'Exports being watched.', () => watches().watches);
      gauge('waybill_subscribers', 'Open event streams.', () => watches().subscribers);
      gauge('waybill_sockets', 'Open websockets.', sockets);
      for (const [name, help, read] of [
        ['waybill_polls_total', 'Exports asked for by watches.', () => watches().polls],
        ['waybill_events_total', 'Events given to subscribers, each for itself.', () => watches().events],
        [
          'waybill_slow_consumers_closed_total',
          'Streams closed because nobody read them.',
          () => watches().slowConsumersClosed,
        ],
      ] as const) {
        new Counter({ name, help, registers, ...collectingTotal(read) });
      }
    },
    async handle(_request, response) {
      respondText(response, 200, mask(await registry.metrics()), { 'content-type': registry.contentType });
    },
  };
}

/** prom-client asks a metric for its value at each scrape by calling `collect` on it. */
function collecting(read: () => number) {
  return {
    collect(this: Gauge) {
      this.set(read());
    },
  };
}

function collectingTotal(read: () => number) {
  return {
    collect(this: Counter) {
      this.reset();
      this.inc(read());
    },
  };
}
