import { StoreUnavailableError } from '../export/errors.ts';
import type { KeptToken, Store } from '../export/store.ts';
import type { TokenSeal } from './token-seal.ts';

type TokenStore = Pick<Store, 'readToken' | 'writeToken'>;

/** Where the accounts of a gateway keep tokens that replace each other. */
export class TokenKeeper implements TokenStore {
  readonly seal: TokenSeal;
  private store: TokenStore | undefined;
  private readonly underWay = new Set<Promise<unknown>>();
  private hasEnded = false;

  constructor(seal: TokenSeal) {
    this.seal = seal;
  }

  /** Nothing waits for the store any more. */
  get isClosing(): boolean {
    return this.hasEnded;
  }

  /** Accounts are opened before the store is: until then none of these tokens is used. */
  use(store: TokenStore): void {
    this.store = store;
  }

  /** Rejects with a StoreUnavailableError, as `writeToken` does. */
  async readToken(identity: string): Promise<KeptToken | null> {
    return this.at().readToken(identity);
  }

  async writeToken(next: KeptToken): Promise<boolean> {
    return this.at().writeToken(next);
  }

  /** Takes note of an exchange: a token is lost where the store closes before it is kept. */
  watch<Result>(exchange: Promise<Result>): Promise<Result> {
    this.underWay.add(exchange);
    const forget = (): void => {
      this.underWay.delete(exchange);
    };
    exchange.then(forget, forget);
    return exchange;
  }

  /** Resolves when no exchange is under way; to be awaited before the store is closed. */
  async close(): Promise<void> {
    this.hasEnded = true;
    await Promise.allSettled([...this.underWay]);
    this.store = undefined;
  }

  private at(): TokenStore {
    if (this.store === undefined) throw new StoreUnavailableError();
    return this.store;
  }
}
