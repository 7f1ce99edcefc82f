import { StoreUnavailableError } from '../../export/errors.ts';
import type { Store } from '../../export/store.ts';
import type { Log } from '../../runtime/tools.ts';

/** Says once that the store is in trouble, and once that it is well again, however many calls come to grief in between. */
export class Trouble {
  private fault: string | null = null;
  private readonly kind: Store['kind'];
  private readonly log: Log;

  constructor(kind: Store['kind'], log: Log) {
    this.kind = kind;
    this.log = log;
  }

  /** @param fault - in words of our own: what a database says may hold names, addresses and values */
  begin(fault: string): StoreUnavailableError {
    if (fault !== this.fault) {
      this.fault = fault;
      this.log.warn(
        { store: this.kind },
        `The store cannot be used: ${fault}. Exports are read as before; nothing is started, tracked or told until it is back.`,
      );
    }
    return new StoreUnavailableError(undefined, new Error(`The store cannot be used: ${fault}.`));
  }

  end(): void {
    if (this.fault === null) return;
    this.fault = null;
    this.log.info({ store: this.kind }, 'The store can be used again.');
  }
}

/** The store was closed: the gateway is ending, and that is no trouble of the store's. */
export function toClosed(): StoreUnavailableError {
  return new StoreUnavailableError(undefined, new Error('The gateway is ending.'));
}

/** The word by which a database names what went wrong. */
export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
