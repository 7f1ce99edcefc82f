import { Pool } from 'undici';
import { toVendorHeaders, toVendorPath } from '../harness/operations.ts';
import type { Read } from './loader.ts';

/** What every peer is started with. */
export interface PeerSettings {
  readonly vendorUrl: string;
  /** To the vendor, for peers that keep a pool. */
  readonly connections: number;
  /** Between two reads of one export. */
  readonly pollMs?: number;
  /** Of the exports that a loop without callers polls. */
  readonly exports?: number;
}

export function readSettings(): PeerSettings {
  return JSON.parse(process.argv[2] ?? '{}') as PeerSettings;
}

/** Says where the peer listens, in the words that the run waits for. */
export function announce(port: number): void {
  console.log(`listening on http://127.0.0.1:${port}`);
}

export function readByPool({ vendorUrl, connections }: PeerSettings): Read {
  const pool = new Pool(vendorUrl, { connections });
  return async (locator) => {
    const { statusCode, body } = await pool.request({
      method: 'GET',
      path: toVendorPath(locator),
      headers: toVendorHeaders(locator),
    });
    if (statusCode !== 200) throw new Error(`HTTP ${statusCode}`);
    return body.json();
  };
}

export function readByFetch({ vendorUrl }: PeerSettings): Read {
  return async (locator) => {
    const response = await fetch(vendorUrl + toVendorPath(locator), { headers: toVendorHeaders(locator) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return response.json();
  };
}
