import { createHash, randomUUID } from 'node:crypto';
import { StoreUnavailableError, VendorError } from '../export/errors.ts';
import type { KeptToken } from '../export/store.ts';
import { type Clock, sleep } from '../runtime/clock.ts';
import type { Secrets } from '../telemetry/secrets.ts';
import type { ErrorMapper } from './errors.ts';
import type { AccessToken, KeptTokens } from './types.ts';

/** How often it is looked whether another gateway has kept new tokens by now. */
const LOOK_MS = 500;
/** How long after a write that failed the next one is tried. */
const WRITE_AGAIN_MS = 1_000;
/** What an exchange takes beside the vendor's answer: to write down what came of it, in spite of a store that is away for a moment. */
const WRITING_MS = 30_000;

/** What a token endpoint gave for a refresh token. */
export interface TokenPair {
  readonly access: AccessToken;
  /** `undefined` where the one that was used stays good. */
  readonly refreshToken: string | undefined;
}

export interface RotatingParts {
  readonly kept: KeptTokens;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly errors: ErrorMapper;
  /** The refresh token of the configuration: good until another one is kept. */
  readonly configured: string;
  /** The longest that the token endpoint is waited for. */
  readonly exchangeMs: number;
  /** Uses a refresh token. @throws VendorError */
  exchange(refreshToken: string): Promise<TokenPair>;
}

/** What is sealed. */
interface Tokens {
  /** A digest of the configured refresh token that these came of. */
  readonly origin: string;
  readonly refreshToken: string;
  readonly access: AccessToken;
}

/** Tokens that are in nobody's hands but ours, and what they are to replace. */
interface Unwritten {
  readonly tokens: Tokens;
  readonly sealed: string;
  readonly replaces: string | null;
}

/**
 * The tokens of an account whose vendor replaces its refresh token when it is used: one that is lost, or used twice, ends the account's
 * access for good.
 *
 * Whoever is to use it holds it in the store first, so that of several gateways one does and the others read what came of it. What came is
 * kept before the access token is used, and an exchange that has begun is not given up, whoever leaves.
 */
export class RotatingTokens {
  private readonly parts: RotatingParts;
  private readonly holder = randomUUID();
  private readonly origin: string;
  private readonly leaseMs: number;
  private unwritten: Unwritten | undefined;
  private flight: Promise<AccessToken> | undefined;
  private isClosing = false;

  constructor(parts: RotatingParts) {
    this.parts = parts;
    this.origin = createHash('sha256').update(parts.configured).digest('base64url');
    this.leaseMs = parts.exchangeMs + WRITING_MS;
  }

  /**
   * A token that is worth using: as kept, or new.
   *
   * @throws VendorError
   */
  fetch(isWorthUsing: (token: AccessToken) => boolean): Promise<AccessToken> {
    this.flight ??= this.find(isWorthUsing).finally(() => {
      this.flight = undefined;
    });
    return this.flight;
  }

  /** No exchange begins any more. Resolves when the one that is under way has ended. */
  async close(): Promise<void> {
    this.isClosing = true;
    await this.flight?.catch(() => undefined);
  }

  private get isEnding(): boolean {
    return this.isClosing || this.parts.kept.keeper.isClosing;
  }

  private async find(isWorthUsing: (token: AccessToken) => boolean): Promise<AccessToken> {
    const { clock, errors } = this.parts;
    const { keeper } = this.parts.kept;
    const endsAt = clock.now() + this.leaseMs + WRITING_MS;
    while (!this.isEnding && clock.now() < endsAt) {
      if (this.unwritten !== undefined) await this.keep();
      const row = await this.read();
      const known = this.open(row);
      if (known !== undefined && isWorthUsing(known.access)) return known.access;
      if (row.heldUntil > clock.now() && row.holder !== this.holder) {
        await sleep(clock, LOOK_MS);
        continue;
      }
      const held = await this.write(row, row.sealed, clock.now() + this.leaseMs);
      if (held !== undefined)
        return keeper.watch(this.exchange(held, known?.refreshToken ?? this.parts.configured));
    }
    throw this.isEnding ? errors.closed() : this.toUnavailable('another gateway does not get it renewed');
  }

  private async exchange(held: KeptToken, refreshToken: string): Promise<AccessToken> {
    const { kept, secrets } = this.parts;
    let pair: TokenPair;
    try {
      pair = await this.parts.exchange(refreshToken);
    } catch (error) {
      // Should that fail, it is free when its time is over.
      await this.write(held, held.sealed, 0).catch(() => undefined);
      throw error;
    }
    const tokens = {
      origin: this.origin,
      refreshToken: pair.refreshToken ?? refreshToken,
      access: pair.access,
    };
    secrets.addPassing(tokens.refreshToken);
    const sealed = kept.keeper.seal.seal(JSON.stringify(tokens), kept.identity);
    this.unwritten = { tokens, sealed, replaces: held.sealed };
    await this.keep();
    return tokens.access;
  }

  /** Writes down what nobody else has. @throws VendorError where that cannot be done for long; it is tried again when a token is wanted */
  private async keep(): Promise<void> {
    const { clock } = this.parts;
    const endsAt = clock.now() + WRITING_MS;
    while (this.unwritten !== undefined) {
      try {
        const row = await this.read();
        // What replaced it is ours, written with its answer lost; or newer, written when our time was over.
        const isReplaced = row.sealed !== this.unwritten.replaces;
        if (isReplaced || (await this.write(row, this.unwritten.sealed, 0)) !== undefined)
          this.unwritten = undefined;
      } catch (error) {
        const isPassing = error instanceof VendorError && !this.isEnding;
        if (!isPassing || clock.now() + WRITE_AGAIN_MS > endsAt) throw error;
        await sleep(clock, WRITE_AGAIN_MS);
      }
    }
  }

  private async read(): Promise<KeptToken> {
    const { keeper, identity } = this.parts.kept;
    const row = await this.ask(keeper.readToken(identity));
    return row ?? { identity, version: 0, holder: '', heldUntil: 0, sealed: null };
  }

  /** The next version as it was written; `undefined` where somebody else was faster. */
  private async write(
    row: KeptToken,
    sealed: string | null,
    heldUntil: number,
  ): Promise<KeptToken | undefined> {
    const { keeper, identity } = this.parts.kept;
    const next = { identity, version: row.version + 1, holder: this.holder, heldUntil, sealed };
    return (await this.ask(keeper.writeToken(next))) ? next : undefined;
  }

  private async ask<Result>(asked: Promise<Result>): Promise<Result> {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw this.toUnavailable('the store cannot be reached');
      throw error;
    }
  }

  /** `undefined` where there are none, or those of another configuration. */
  private open({ sealed }: KeptToken): Tokens | undefined {
    const { kept, secrets } = this.parts;
    const text = sealed === null ? undefined : kept.keeper.seal.open(sealed, kept.identity);
    if (text === undefined) return undefined;
    const tokens = JSON.parse(text) as Tokens;
    for (const token of [tokens.refreshToken, tokens.access.value]) secrets.addPassing(token);
    return tokens.origin === this.origin ? tokens : undefined;
  }

  private toUnavailable(reason: string): VendorError {
    return this.parts.errors.error('VENDOR_UNAVAILABLE', `This account has no token for now: ${reason}.`);
  }
}
