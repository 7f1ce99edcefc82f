import DataLoader from 'dataloader';
import type { ExportReader } from '../accounts/reader.ts';
import type { VendorError } from '../export/errors.ts';
import type { Export, ExportKey } from '../export/export.ts';
import type { ReadOptions, VendorAccount } from '../export/ports.ts';

/** A loader's batch is at most what the vendors' list calls answer in one page. */
const MAX_BATCH = 100;
/** Exports whose fields are resolved in one turn of the event loop. */
const SHOWN_PER_TURN = 50;

/**
 * One loader per account and allowed age, made anew for every operation: a loader that outlives its request would show one
 * caller another's data.
 */
export class ExportLoaders {
  private readonly reader: ExportReader;
  private readonly options: () => ReadOptions;
  private readonly loaders = new Map<string, DataLoader<ExportKey, Export, string>>();
  private loaded = 0;
  private shownCount = 0;
  private turn: Promise<void> = Promise.resolve();

  /** @param options - asked when something is read */
  constructor(reader: ExportReader, options: () => ReadOptions) {
    this.reader = reader;
    this.options = options;
  }

  /** @throws VendorError */
  load(account: VendorAccount, key: ExportKey, maxAgeMs: number): Promise<Export> {
    const name = `${account.identity} ${maxAgeMs}`;
    let loader = this.loaders.get(name);
    if (loader === undefined) {
      loader = this.create(account, maxAgeMs);
      this.loaders.set(name, loader);
    }
    this.loaded += 1;
    // So few are handed out in one go.
    return this.loaded <= SHOWN_PER_TURN ? loader.load(key) : this.loadInTurn(loader, key);
  }

  private async loadInTurn(loader: DataLoader<ExportKey, Export, string>, key: ExportKey): Promise<Export> {
    const found = await loader.load(key);
    await this.takeTurn();
    return found;
  }

  /** So many exports a turn: their fields are resolved as soon as they are handed out, all in one go. */
  private takeTurn(): Promise<void> {
    this.shownCount += 1;
    if (this.shownCount % SHOWN_PER_TURN === 0) this.turn = this.turn.then(nextTurn);
    return this.turn;
  }

  private create(account: VendorAccount, maxAgeMs: number): DataLoader<ExportKey, Export, string> {
    const readBatch = (keys: readonly ExportKey[]): Promise<readonly (Export | VendorError)[]> =>
      this.reader.readMany(account, keys, { ...this.options(), maxAgeMs });
    return new DataLoader<ExportKey, Export, string>(readBatch, {
      name: `exports of ${account.key}`,
      cacheKeyFn: (key) => key.id,
      maxBatchSize: MAX_BATCH,
    });
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
