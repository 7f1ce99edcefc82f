import { VendorError, type VendorErrorCode } from '../export/errors.ts';
import type { ExportKey, ExportSnapshot, FileDescription } from '../export/export.ts';
import type {
  AccountHealth,
  CancelSignal,
  FileAccess,
  FileStream,
  OpenOptions,
  Pacing,
  Reading,
  ReadOptions,
  VendorAccount,
} from '../export/ports.ts';
import type { VendorId } from '../export/vendor-id.ts';
import type { Clock } from '../runtime/clock.ts';
import type { AccountPlan } from './plan.ts';
import { createUnknownAccount } from './unknown-account.ts';

/** How long what runs through a replaced account may go on: a read never takes as long, a download may. */
export const RETIRED_GRACE_MS = 600_000;

/** What a replaced credential may be told that the new one would not. */
const REFUSALS: ReadonlySet<VendorErrorCode> = new Set<VendorErrorCode>([
  'VENDOR_UNAUTHENTICATED',
  'VENDOR_FORBIDDEN',
]);

export interface PooledAccountSettings {
  readonly plan: AccountPlan;
  readonly identity: string;
  readonly clock: Clock;
  /** Opens what stands behind it; called when first used, and again after a rest. */
  readonly open: () => VendorAccount;
  /** Told when the first call begins and when the last one under way has ended. */
  readonly onUsage?: ((account: PooledAccount, isInUse: boolean) => void) | undefined;
}

/** The account that stands behind a pooled one for a while, and how much runs through it. */
interface Opened {
  readonly account: VendorAccount;
  underWay: number;
  isRetired: boolean;
  cancelGrace: () => void;
}

/**
 * One account as everybody else holds it: what stands behind it may be replaced, put to rest or taken away while it is in use.
 *
 * Whatever was begun through a replaced account ends there; only where that was refused, the new one is asked. Of an account
 * that was taken away every export is unknown, what was under way included.
 */
export class PooledAccount implements VendorAccount {
  readonly key: string;
  readonly vendor: VendorId;
  readonly tenant: string;
  readonly identity: string;
  plan: AccountPlan;
  private readonly settings: PooledAccountSettings;
  private current: Opened | null = null;
  private readonly retired = new Set<Opened>();
  private isRemoved = false;
  private underWay = 0;
  /** The vendor has asked this account to wait until then, through an account that was replaced. */
  private heldUntil = 0;

  constructor(settings: PooledAccountSettings) {
    const { plan, identity } = settings;
    this.settings = settings;
    this.plan = plan;
    this.key = plan.key;
    this.vendor = plan.vendor;
    this.tenant = plan.tenant;
    this.identity = identity;
  }

  get pacing(): Pacing {
    return this.plan.pacing;
  }

  /** True while a call or a download runs. */
  get isInUse(): boolean {
    return this.underWay > 0;
  }

  async readMany(keys: readonly ExportKey[], options?: ReadOptions): Promise<readonly Reading[]> {
    const held = this.heldError();
    if (held !== null) return keys.map(() => held);
    const asked = this.wake();
    this.begin(asked);
    let readings: readonly Reading[];
    try {
      readings = await asked.account.readMany(keys, options);
    } finally {
      this.end(asked);
    }
    return asked === this.current ? readings : this.readOutdated(asked, keys, readings, options);
  }

  async readOne(key: ExportKey, options?: ReadOptions): Promise<Reading> {
    const asked = this.wake();
    const { account } = asked;
    if (account.readOne === undefined || this.heldMs() > 0) {
      return (await this.readMany([key], options))[0] as Reading;
    }
    this.begin(asked);
    let reading: Reading;
    try {
      reading = await account.readOne(key, options);
    } finally {
      this.end(asked);
    }
    return this.isOutdated(asked, reading) ? this.readOne(key, options) : reading;
  }

  listPays(count: number): boolean {
    return this.current?.account.listPays?.(count) ?? true;
  }

  describeFiles(key: ExportKey, options?: ReadOptions): Promise<readonly FileDescription[]> {
    return this.ask(({ account }) => account.describeFiles(key, options), options);
  }

  listRecent(limit: number, options?: ReadOptions): Promise<readonly ExportSnapshot[]> {
    return this.ask(({ account }) => account.listRecent(limit, options), options);
  }

  locateFile(key: ExportKey, index: number, options?: ReadOptions): Promise<FileAccess> {
    return this.ask(async (asked) => {
      const access = await asked.account.locateFile(key, index, options);
      if (access.type !== 'stream') return access;
      const relocate = (signal?: CancelSignal) => this.locateFile(key, index, { signal });
      return { ...access, open: (given) => this.openFile(asked, access, given, relocate) };
    }, options);
  }

  /** Left out, as the next four are, where the vendor has no such call: what stands behind it knows. */
  get start(): VendorAccount['start'] {
    if (this.wake().account.start === undefined) return undefined;
    return (order, options) => this.once((account) => account.start?.(order, options));
  }

  get markStart(): VendorAccount['markStart'] {
    if (this.wake().account.markStart === undefined) return undefined;
    return (order, options) => this.once((account) => account.markStart?.(order, options)).catch(() => null);
  }

  get findStarted(): VendorAccount['findStarted'] {
    if (this.wake().account.findStarted === undefined) return undefined;
    return (search, options) =>
      this.ask(({ account }) => account.findStarted?.(search, options) ?? this.refuse());
  }

  get finishStart(): VendorAccount['finishStart'] {
    if (this.wake().account.finishStart === undefined) return undefined;
    return (snapshot, options) => this.once((account) => account.finishStart?.(snapshot, options));
  }

  get cancel(): VendorAccount['cancel'] {
    if (this.wake().account.cancel === undefined) return undefined;
    return (key, options) => this.once((account) => account.cancel?.(key, options));
  }

  get knowsOrders(): boolean {
    return this.wake().account.knowsOrders === true;
  }

  health(): AccountHealth {
    const health = this.current?.account.health() ?? HEALTHY;
    if (this.heldMs() <= 0) return health;
    const throttledUntil = Math.max(this.heldUntil, health.throttledUntil ?? 0);
    return { ...health, state: 'THROTTLED', throttledUntil };
  }

  /**
   * Goes on with another account of the same identity, which is opened at once where it is given, else when first used.
   *
   * A wait that the vendor asked for stays, unless it was asked of another credential.
   */
  replace(plan: AccountPlan, isSameCredential: boolean, account: VendorAccount | null): void {
    const heldUntil = this.health().throttledUntil ?? 0;
    this.heldUntil = isSameCredential ? heldUntil : 0;
    this.plan = plan;
    this.retire();
    if (account !== null) this.current = toOpened(account);
  }

  /** The configuration has it no more: what is under way ends, and no export is known here from now on. */
  remove(): void {
    this.isRemoved = true;
    this.heldUntil = 0;
    void this.close();
    this.current = toOpened(createUnknownAccount(this.vendor, this.key));
  }

  /** Lets go of its connections until it is used again; what runs may finish. */
  rest(): void {
    this.retire();
  }

  async close(): Promise<void> {
    const opened = [...this.retired, ...(this.current === null ? [] : [this.current])];
    this.retired.clear();
    await Promise.all(opened.map(closeNow));
  }

  /** Asks once more for what the account in place of a replaced one would answer otherwise. */
  private async readOutdated(
    asked: Opened,
    keys: readonly ExportKey[],
    readings: readonly Reading[],
    options?: ReadOptions,
  ): Promise<readonly Reading[]> {
    const again = [...readings.keys()].filter((index) => this.isOutdated(asked, readings[index]));
    if (again.length === 0) return readings;
    const renewed = this.wake();
    const wanted = again.map((index) => keys[index] as ExportKey);
    const anew = await this.through(renewed, () => renewed.account.readMany(wanted, options));
    return readings.map((reading, index) => anew[again.indexOf(index)] ?? reading);
  }

  /** What stands behind it now; opened where it is not. */
  private wake(): Opened {
    this.current ??= toOpened(this.settings.open());
    return this.current;
  }

  private async ask<Result>(
    call: (asked: Opened) => Promise<Result>,
    { signal }: ReadOptions = {},
  ): Promise<Result> {
    const held = this.heldError();
    if (held !== null) throw held;
    const asked = this.wake();
    let answer: Result | undefined;
    try {
      answer = await this.through(asked, () => call(asked));
      if (!this.isOutdated(asked, answer)) return answer;
    } catch (error) {
      if (signal?.aborted || !this.isOutdated(asked, error)) throw error;
    }
    const renewed = this.wake();
    return this.through(renewed, () => call(renewed));
  }

  /** What changes something at the vendor goes through what stands behind it now, and through nothing else afterwards. */
  private async once<Result>(call: (account: VendorAccount) => Promise<Result> | undefined): Promise<Result> {
    const held = this.heldError();
    if (held !== null) throw held;
    const asked = this.wake();
    return this.through(asked, () => call(asked.account) ?? this.refuse());
  }

  /** What stands behind it now cannot do what its predecessor could. */
  private refuse(): Promise<never> {
    const { vendor, key: account } = this;
    const message = 'The vendor has no such call.';
    return Promise.reject(new VendorError({ code: 'UNSUPPORTED_BY_VENDOR', message, vendor, account }));
  }

  /** A file that was found through a replaced account is looked for anew: its place may need the new credential. */
  private async openFile(
    asked: Opened,
    access: Extract<FileAccess, { type: 'stream' }>,
    options: OpenOptions,
    relocate: (signal?: CancelSignal) => Promise<FileAccess>,
  ): Promise<FileStream> {
    if (asked === this.current) return this.through(asked, () => access.open(options), true);
    const again = await relocate(options.signal);
    if (again.type === 'stream') return again.open(options);
    const message = 'The account was changed while its file was being opened.';
    throw new VendorError({ code: 'VENDOR_UNAVAILABLE', message, vendor: this.vendor, account: this.key });
  }

  /** True for an answer of a replaced account that the one in its place would give otherwise. */
  private isOutdated(asked: Opened, answer: unknown): boolean {
    if (asked === this.current) return false;
    return this.isRemoved || (answer instanceof VendorError && REFUSALS.has(answer.code));
  }

  /** Counts a call for as long as it runs; a file, for as long as it flows. */
  private async through<Result>(
    opened: Opened,
    call: () => Promise<Result>,
    isFile = false,
  ): Promise<Result> {
    this.begin(opened);
    let result: Result | undefined;
    try {
      result = await call();
      return result;
    } finally {
      if (isFile && result !== undefined) (result as FileStream).body.once('close', () => this.end(opened));
      else this.end(opened);
    }
  }

  private begin(opened: Opened): void {
    opened.underWay += 1;
    this.underWay += 1;
    if (this.underWay === 1) this.settings.onUsage?.(this, true);
  }

  private end(opened: Opened): void {
    opened.underWay -= 1;
    this.underWay -= 1;
    if (opened.isRetired && opened.underWay === 0) this.closeRetired(opened);
    if (this.underWay === 0) this.settings.onUsage?.(this, false);
  }

  private retire(): void {
    const opened = this.current;
    this.current = null;
    if (opened === null) return;
    opened.isRetired = true;
    this.retired.add(opened);
    if (opened.underWay === 0) this.closeRetired(opened);
    else opened.cancelGrace = this.settings.clock.setTimer(RETIRED_GRACE_MS, () => this.closeRetired(opened));
  }

  private closeRetired(opened: Opened): void {
    if (this.retired.delete(opened)) void closeNow(opened);
  }

  /** How long the wait still is that a replaced account was asked for; its successor has not heard of it. */
  private heldMs(): number {
    if (this.heldUntil === 0) return 0;
    const waitMs = this.heldUntil - this.settings.clock.now();
    if (waitMs <= 0) this.heldUntil = 0;
    return waitMs;
  }

  private heldError(): VendorError | null {
    const retryAfterMs = this.heldMs();
    if (retryAfterMs <= 0) return null;
    const message = 'The account waits, because its vendor asked it to.';
    const { vendor, key } = this;
    return new VendorError({ code: 'VENDOR_RATE_LIMITED', message, vendor, account: key, retryAfterMs });
  }
}

const HEALTHY: AccountHealth = { state: 'HEALTHY', throttledUntil: null, lastError: null };

function toOpened(account: VendorAccount): Opened {
  return { account, underWay: 0, isRetired: false, cancelGrace: () => undefined };
}

/** Never rejects: nobody could do anything about it. */
async function closeNow({ account, cancelGrace }: Opened): Promise<void> {
  cancelGrace();
  await account.close().catch(() => undefined);
}
