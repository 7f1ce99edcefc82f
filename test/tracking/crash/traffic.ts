import type { Random } from '../../../src/runtime/clock.ts';
import type { KeyEntry, Ledger } from './ledger.ts';
import { type CrashVendor, type CrashVendorId, REPORT_ID } from './vendor.ts';

const START = /* GraphQL */ `
  mutation Start($input: StartExportInput!) { startExport(input: $input) { isExisting export { id } } }
`;
const TRACK = /* GraphQL */ `
  mutation Track($locator: ExportLocator!) { trackExport(locator: $locator) { export { id } tracking { trackedAt } } }
`;
const UNTRACK = /* GraphQL */ `
  mutation Untrack($locator: ExportLocator!) { untrackExport(locator: $locator) { wasTracked } }
`;

export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever it asked for
  readonly data?: any;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** Null where the gateway went before it answered. */
export async function ask(url: string, query: string, variables: object = {}): Promise<Answer | null> {
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  } catch {
    return null;
  }
}

/** People who start, track and untrack exports without end, and note what they are told. */
export class Traffic {
  private readonly vendor: CrashVendor;
  private readonly ledger: Ledger;
  private readonly random: Random;
  private names = 0;

  constructor(vendor: CrashVendor, ledger: Ledger, random: Random) {
    this.vendor = vendor;
    this.ledger = ledger;
    this.random = random;
  }

  /** Asks for what is not known yet: a vendor's list reaches back to an order for a while only. */
  async catchUp(url: string): Promise<void> {
    const open = this.ledger.keys.filter(
      ({ exportId, vendor }) => exportId === null && vendor === 'hi-energy',
    );
    await Promise.all(open.map((entry) => this.askWith(url, entry)));
  }

  /** One after another, until nobody listens any more. */
  async run(url: string, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const share = this.random.next();
      if (share < 0.3) await this.askWith(url, this.newKey());
      else if (share < 0.45) await this.askAgain(url);
      else if (share < 0.55) await this.startBare(url);
      else if (share < 0.75) await this.track(url);
      else if (share < 0.82) await this.untrack(url);
      else this.vendor.move();
      // A vendor's jobs move while nobody asks anything, too.
      await new Promise((resolve) => setTimeout(resolve, this.random.next() * 20));
    }
  }

  /** Asks for the export of a key, for the first time or again. */
  async askWith(url: string, entry: KeyEntry): Promise<void> {
    const { name, vendor, exportId: known } = entry;
    const input = { order: toOrder(vendor, name), idempotencyKey: name, label: name };
    const answer = await ask(url, START, { input });
    const code = answer?.errors?.[0]?.extensions?.code;
    if (answer === null) entry.unanswered += 1;
    else if (code !== undefined) this.ledger.onRefused(entry, known, code);
    else {
      const { isExisting, export: started } = answer.data.startExport;
      this.ledger.started += isExisting ? 0 : 1;
      this.ledger.onStarted(entry, known, { id: started.id, isExisting });
    }
  }

  private newKey(): KeyEntry {
    return this.ledger.addKey(this.newName(), this.pickVendor());
  }

  private newName(): string {
    this.names += 1;
    return `name-${this.names}`;
  }

  private pickVendor(): CrashVendorId {
    return this.random.next() < 0.6 ? 'hi-energy' : 'power-bi';
  }

  /** Most often with a key whose export is not known yet. */
  private async askAgain(url: string): Promise<void> {
    const { keys } = this.ledger;
    const open = keys.filter(({ exportId }) => exportId === null);
    const entry = this.pick(open.length > 0 && this.random.next() < 0.7 ? open : keys);
    if (entry !== undefined) await this.askWith(url, entry);
  }

  private async startBare(url: string): Promise<void> {
    const name = this.newName();
    const answer = await ask(url, START, { input: { order: toOrder(this.pickVendor(), name), label: name } });
    if (answer === null) return;
    if (answer.errors !== undefined)
      return void this.ledger.problems.push(`A start: ${answer.errors[0]?.message}`);
    this.ledger.started += 1;
    this.ledger.track(answer.data.startExport.export.id);
  }

  private async track(url: string): Promise<void> {
    const vendor = this.pickVendor();
    const exportId = this.vendor.add(vendor);
    const locator =
      vendor === 'hi-energy' ? { hiEnergy: { exportId } } : { powerBi: { reportId: REPORT_ID, exportId } };
    const answer = await ask(url, TRACK, { locator });
    if (answer === null) return;
    const id: string | undefined = answer.data?.trackExport?.export?.id;
    if (id === undefined) return void this.ledger.problems.push(`Tracking: ${answer.errors?.[0]?.message}`);
    this.ledger.tracks += 1;
    this.ledger.track(id);
  }

  private async untrack(url: string): Promise<void> {
    const { ledger } = this;
    const id = this.pick(ledger.tracked());
    if (id === undefined) return;
    ledger.exports.set(id, 'unsure');
    const answer = await ask(url, UNTRACK, { locator: { id } });
    if (answer === null) return;
    if (answer.data?.untrackExport?.wasTracked !== true)
      ledger.problems.push(`It was tracked, and could not be untracked: ${id}.`);
    ledger.untracks += 1;
    ledger.exports.set(id, 'untracked');
  }

  private pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.random.next() * items.length)];
  }
}

function toOrder(vendor: CrashVendorId, name: string): object {
  return vendor === 'hi-energy'
    ? { hiEnergy: { reportType: 'deals_excel', searchParams: { name } } }
    : {
        powerBi: { reportId: REPORT_ID, format: 'PDF', reportConfiguration: { defaultBookmark: { name } } },
      };
}
