import type { ExportKey } from '../export/export.ts';
import type { Reading, VendorAccount } from '../export/ports.ts';
import { type Flight, SingleFlight } from '../runtime/single-flight.ts';
import { inSpan } from '../telemetry/spans.ts';

/**
 * Every read of a vendor on its way: queries and watches alike go through here.
 *
 * Reads are shared key by key, although they travel in batches, and keyed by the account's identity, so that nothing is shared
 * across credentials. A batch is cancelled when nobody waits for any of its keys any more.
 */
export class VendorReads {
  private readonly work = new SingleFlight<Reading>();

  /** One entry per key, in the keys' order; a failed read is an entry. Rejects only with the signal's reason. */
  async readMany(
    account: VendorAccount,
    keys: readonly ExportKey[],
    signal?: AbortSignal,
  ): Promise<readonly Reading[]> {
    if (keys.length === 0) return [];
    const attributes = {
      'waybill.vendor': account.vendor,
      'waybill.account': account.key,
      'waybill.exports': keys.length,
    };
    return inSpan({ name: 'read', attributes }, (span) => {
      const { readings, shared } = this.join(account, keys, signal);
      // The calls for these stand in the trace of whoever asked first.
      if (shared > 0) span.setAttribute('waybill.exports_shared', shared);
      return readings;
    });
  }

  private join(account: VendorAccount, keys: readonly ExportKey[], signal: AbortSignal | undefined) {
    const distinct = [...new Map(keys.map((key) => [key.id, key])).values()];
    const batch = new Batch(account);
    const joined = distinct.map(async (key) => {
      const read = ({ signal: shared }: Flight) => batch.add(key, shared);
      return [key.id, await this.work.join(`${account.identity} ${key.id}`, read, signal)] as const;
    });
    batch.send();
    const readings = Promise.all(joined).then((entries) => {
      const byId = new Map(entries);
      return keys.map((key) => byId.get(key.id) as Reading);
    });
    return { readings, shared: distinct.length - batch.size };
  }
}

/** One `readMany` on its way, cancelled when nobody waits for any of its keys. */
class Batch {
  private readonly account: VendorAccount;
  private readonly entries: { readonly key: ExportKey; settle: (reading: Promise<Reading>) => void }[] = [];
  private readonly abort = new AbortController();
  private wanted = 0;

  constructor(account: VendorAccount) {
    this.account = account;
  }

  get size(): number {
    return this.entries.length;
  }

  add(key: ExportKey, signal: AbortSignal | undefined): Promise<Reading> {
    this.wanted += 1;
    signal?.addEventListener('abort', () => this.unwant(), { once: true });
    return new Promise((settle) => this.entries.push({ key, settle }));
  }

  send(): void {
    if (this.entries.length === 0) return;
    const keys = this.entries.map((entry) => entry.key);
    const readings = this.account.readMany(keys, { signal: this.abort.signal });
    for (const [index, entry] of this.entries.entries()) {
      entry.settle(readings.then((all) => all[index] as Reading));
    }
  }

  private unwant(): void {
    this.wanted -= 1;
    if (this.wanted === 0) this.abort.abort();
  }
}
