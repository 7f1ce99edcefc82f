import { Counter, type Registry } from 'prom-client';
import type { Download } from '../../web/files-endpoint.ts';

/** Files that were asked for. */
export function countDownloads(registry: Registry): (download: Download) => void {
  const registers = [registry];
  const downloads = new Counter({
    name: 'waybill_downloads_total',
    help: 'Files asked for, by account and outcome; without an account where the link was none of ours.',
    labelNames: ['vendor', 'account', 'outcome'],
    registers,
  });
  const bytesThrough = new Counter({
    name: 'waybill_downloaded_bytes_total',
    help: 'Bytes of files that went through this gateway, by account.',
    labelNames: ['vendor', 'account'],
    registers,
  });
  return ({ vendor, account, outcome, bytes }) => {
    downloads.inc({ vendor, account, outcome });
    bytesThrough.inc({ vendor, account }, bytes);
  };
}
