import { StoreUnavailableError, TrackingError, VendorError } from '../export/errors.ts';
import type { Export, ExportKey, ExportSnapshot } from '../export/export.ts';
import type {
  ExportOrder,
  ReadOptions,
  StartedExport,
  StartOptions,
  VendorAccount,
  VendorInfo,
  WorkScope,
} from '../export/ports.ts';
import { toSnapshot } from '../export/present.ts';
import type { StartKey, Store, TrackedExport } from '../export/store.ts';
import { sleep } from '../runtime/clock.ts';
import type { Tools } from '../runtime/tools.ts';
import { LateStarts } from './late-starts.ts';
import {
  isRejection,
  toBusy,
  toInterrupted,
  toReused,
  toUnmarkable,
  toUnsupported,
  withAdvice,
} from './start-errors.ts';
import { toDigest, toOrderKey } from './start-input.ts';
import type { Tracker } from './tracker.ts';

/** How long an idempotency key is kept. */
const KEY_LIFETIME_MS = 24 * 3_600_000;
/** How long after a first look the vendor's list is looked at once more, before an order is sent again. */
const SETTLE_MS = 2_000;
/** What writing down a key may take, beside its order. */
const MARGIN_MS = 5_000;

export interface StartsSettings {
  readonly store: Store;
  readonly tracker: Tracker;
  readonly tools: Tools;
  /** As configured now. */
  readonly maxOpen: () => number;
  /** The longest that one order may be under way. */
  readonly orderTakesMs: (account: VendorAccount) => number;
  /** Where the vendor may say that the job has ended; undefined where the account takes no callbacks. */
  readonly callbackUrlFor: (account: VendorAccount, order: ExportOrder) => string | undefined;
  /** True for accounts whose credential each caller brings: they cannot be tracked. */
  readonly isCallers: (account: VendorAccount) => boolean;
  /** The export as its vendor says it is now. @throws VendorError */
  readonly read: (account: VendorAccount, key: ExportKey, options: ReadOptions) => Promise<Export>;
}

/** An order, as it is to be carried out. */
export interface StartRequest {
  readonly account: VendorAccount;
  readonly vendor: VendorInfo;
  /** As `VendorInfo.parseOrder` gave it. */
  readonly order: ExportOrder;
  readonly idempotencyKey: string | null;
  readonly label: string | null;
  readonly scope: WorkScope;
}

/** A key whose order is on its way. */
interface SendingKey {
  readonly now: StartKey;
  /** As it was when an earlier order's answer was lost; null where this is the first. */
  readonly before: StartKey | null;
}

/** Starts exports, each once. */
export class Starts {
  private readonly settings: StartsSettings;
  private readonly late: LateStarts;
  /** Orders under a key that are being carried out here, by tenant and key. */
  private readonly running = new Map<
    string,
    { readonly digest: string; readonly result: Promise<StartedExport> }
  >();

  constructor(settings: StartsSettings) {
    this.settings = settings;
    this.late = new LateStarts(settings.tools);
  }

  /** Writes down what could not be, once more; then nothing is written any more. */
  close(): Promise<void> {
    return this.late.close();
  }

  /** @throws StartError, VendorError, TrackingError, StoreUnavailableError */
  start(request: StartRequest): Promise<StartedExport> {
    const { account, vendor, idempotencyKey } = request;
    if (account.start === undefined) throw toUnsupported(account, vendor, 'starts exports');
    return idempotencyKey === null ? this.startOnce(request) : this.startUnder(idempotencyKey, request);
  }

  /** Those who ask at the same time for the same are given the same answer. */
  private async startUnder(key: string, request: StartRequest): Promise<StartedExport> {
    const { account } = request;
    const name = JSON.stringify([account.tenant, key]);
    const digest = toDigest(account, request.order);
    const running = this.running.get(name);
    if (running !== undefined) {
      if (running.digest !== digest) throw toReused();
      return this.again(request, (await running.result).snapshot);
    }
    const result = this.startKeyed(key, digest, request);
    this.running.set(name, { digest, result });
    try {
      return await result;
    } finally {
      this.running.delete(name);
    }
  }

  /** What was started a moment ago, by whoever: each caller with a credential of its own is shown what that one shows. */
  private async again(request: StartRequest, snapshot: ExportSnapshot): Promise<StartedExport> {
    const isOwn = this.settings.isCallers(request.account);
    return isOwn ? this.existing(request, snapshot) : { snapshot, isExisting: true };
  }

  private async startKeyed(key: string, digest: string, request: StartRequest): Promise<StartedExport> {
    const { store, tools } = this.settings;
    const { tenant } = request.account;
    const unwritten = this.late.find(tenant, key);
    if (unwritten !== undefined && unwritten.digest !== digest) throw toReused();
    if (unwritten !== undefined) return this.again(request, unwritten.started.snapshot);
    const now = tools.clock.now();
    const taken: StartKey = {
      ...{ tenant, key, digest, status: 'sending', sentAt: now, mark: null, started: null },
      expiresAt: now + KEY_LIFETIME_MS,
    };
    const used = await store.takeKey(taken, now);
    if (used === null) return this.begin(taken, request);
    if (used.digest !== digest) throw toReused();
    if (used.status === 'done' && used.started !== null) return this.existing(request, used.started);
    // `unknown`, or `sending` since a gateway that was killed in the middle: it may or may not have reached the vendor.
    return this.recover(used, request);
  }

  /** The first order under a key. Whatever keeps it from going out leaves the key free. */
  private async begin(taken: StartKey, request: StartRequest): Promise<StartedExport> {
    const { account } = request;
    let marked: StartKey;
    try {
      await this.checkLimit(account);
      marked = await this.mark(taken, request);
    } catch (error) {
      await this.note(() => this.settings.store.releaseKey(taken.tenant, taken.key), taken.tenant);
      throw error;
    }
    if (marked !== taken && !(await this.settings.store.retakeKey(taken, marked))) throw toBusy(account);
    return this.send(request, { now: marked, before: null });
  }

  /**
   * The key with what is needed to find its order again, should the answer be lost. Where that is not to be had, nothing is sent: a
   * second order could not be told from the first.
   */
  private async mark(key: StartKey, { account, order, scope }: StartRequest): Promise<StartKey> {
    const { clock } = this.settings.tools;
    if (account.markStart === undefined) return key;
    // What came since the first order stays under suspicion: the older mark is the safer one.
    const mark = key.mark ?? (await account.markStart(order, { scope }));
    if (mark === null) throw toUnmarkable(account);
    return { ...key, mark, sentAt: clock.now() };
  }

  /** Looks whether the order whose answer was lost has started an export after all; sends it again where the vendor says that it has not. */
  private async recover(used: StartKey, request: StartRequest): Promise<StartedExport> {
    const { store, tools } = this.settings;
    const { account } = request;
    if (used.status === 'sending' && this.mayBeAlive(used, account)) throw toBusy(account);
    // A key without the mark that its order needs was taken, and nothing was sent.
    const isUnsent = account.markStart !== undefined && used.mark === null;
    if (account.findStarted !== undefined && !isUnsent) {
      const found = (await this.look(used, request)) ?? (await this.lookAgain(used, request));
      if (found !== undefined) {
        const snapshot = await this.finish(found, request);
        return this.adopt(request, used, { snapshot, isExisting: true }, true);
      }
    } else if (used.status === 'sending' && !isUnsent && account.knowsOrders !== true) {
      // Nobody has been told yet that its answer is lost.
      await store.settleKey(used.tenant, used.key, { status: 'unknown', started: null });
      throw withAdvice(toInterrupted(account, request.vendor), account, true);
    }
    await this.checkLimit(account);
    const now = tools.clock.now();
    const next = { ...(await this.mark(used, request)), sentAt: now, expiresAt: now + KEY_LIFETIME_MS };
    if (!(await store.retakeKey(used, next))) throw toBusy(account);
    return this.send(request, { now: { ...next, status: 'sending' }, before: used });
  }

  private async look(used: StartKey, { account, order, scope }: StartRequest) {
    const { sentAt, mark } = used;
    const candidates = (await account.findStarted?.({ order, sentAt, mark }, { scope })) ?? [];
    const ids = candidates.map((each) => each.key.id);
    const keyed = await this.settings.store.findKeyed(account.tenant, ids);
    return candidates.find((each) => !keyed.has(each.key.id));
  }

  /** An export that was made, and whose second call did not come through, would wait for ever. Where it fails again, the key stays as it is. */
  private async finish(found: ExportSnapshot, { account, scope }: StartRequest): Promise<ExportSnapshot> {
    try {
      return (await account.finishStart?.(found, { scope })) ?? found;
    } catch (error) {
      throw withAdvice(error, account, true);
    }
  }

  /** A vendor may still be at an order whose connection was cut. */
  private async lookAgain(used: StartKey, request: StartRequest) {
    await sleep(this.settings.tools.clock, SETTLE_MS);
    return this.look(used, request);
  }

  /** One store may have several gateways, and another one may be sending this order now. One that has a store to itself knows that it is not. */
  private mayBeAlive({ sentAt }: StartKey, account: VendorAccount): boolean {
    const { store, tools, orderTakesMs } = this.settings;
    return store.kind === 'postgres' && tools.clock.now() < sentAt + orderTakesMs(account) + MARGIN_MS;
  }

  private async startOnce(request: StartRequest): Promise<StartedExport> {
    await this.checkLimit(request.account);
    // What cannot be written down afterwards is not begun.
    if (!this.settings.isCallers(request.account)) await this.settings.store.check();
    return this.send(request, null);
  }

  /** The one place where an order goes out. */
  private async send(request: StartRequest, key: SendingKey | null): Promise<StartedExport> {
    const { account, order, scope } = request;
    const callbackUrl = this.settings.callbackUrlFor(account, order);
    const orderKey = toOrderKey(account.tenant, request.idempotencyKey, toDigest(account, order));
    const options: StartOptions = { scope, orderKey, ...(callbackUrl === undefined ? {} : { callbackUrl }) };
    let started: StartedExport;
    try {
      started = await (account.start as NonNullable<VendorAccount['start']>)(order, options);
    } catch (error) {
      if (key !== null) await this.giveBack(key, error);
      throw withAdvice(error, account, key !== null);
    }
    return this.adopt(request, key?.now ?? null, started, !started.isExisting);
  }

  /** An order that came to nothing leaves its key as it was before; one whose answer was lost does not. */
  private giveBack({ now, before }: SendingKey, error: unknown): Promise<void> {
    const { store } = this.settings;
    const { tenant, key } = now;
    return this.note(async () => {
      const isNothing = error instanceof VendorError || isRejection(error);
      if (isNothing && before === null) return store.releaseKey(tenant, key);
      // The order before this one may be under way all the same.
      if (isNothing && before !== null) await store.retakeKey(now, before);
      await store.settleKey(tenant, key, { status: 'unknown', started: null });
    }, tenant);
  }

  /** What cannot be written leaves a key `sending`: who asks again with it makes the gateway look at the vendor first. */
  private async note(write: () => Promise<void>, tenant: string): Promise<void> {
    try {
      await write();
    } catch {
      this.settings.tools.log.warn(
        { tenant },
        'What became of an idempotency key could not be written down.',
      );
    }
  }

  /** @param isOurs - the order began it */
  private async adopt(
    request: StartRequest,
    key: StartKey | null,
    started: StartedExport,
    isOurs: boolean,
  ): Promise<StartedExport> {
    const { account, label, scope } = request;
    const { snapshot } = started;
    const write = async (): Promise<void> => {
      if (this.settings.isCallers(account)) {
        if (key !== null)
          await this.settings.store.settleKey(key.tenant, key.key, { status: 'done', started: snapshot });
        return;
      }
      await this.settings.tracker.track(account, snapshot.key, {
        label: label ?? undefined,
        trackedBy: scope.caller,
        startedHere: isOurs,
        snapshot,
        startKey: key?.key ?? null,
        ignoresLimit: true,
      });
    };
    try {
      await write();
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      // It runs, and its caller is told so.
      this.late.add({ account, started, key, digest: key?.digest ?? null, write });
    }
    return started;
  }

  /**
   * The export of then, as it is known now. No vendor is asked, but where each caller brings a credential: who asks again may not be who
   * started it, and is shown what its own credential shows.
   */
  private async existing({ account, scope }: StartRequest, started: ExportSnapshot): Promise<StartedExport> {
    if (this.settings.isCallers(account)) {
      const shown = await this.settings.read(account, started.key, { scope });
      return { snapshot: toSnapshot(shown), isExisting: true };
    }
    const found = await this.settings.tracker.find(account.tenant, [started.key.id]);
    const known: TrackedExport | undefined = found.get(started.key.id);
    return { snapshot: known?.state?.snapshot ?? started, isExisting: true };
  }

  private async checkLimit(account: VendorAccount): Promise<void> {
    const { store, isCallers } = this.settings;
    const maxOpen = this.settings.maxOpen();
    if (isCallers(account) || (await store.countOpen(account.tenant)) < maxOpen) return;
    throw new TrackingError(
      'TRACKING_LIMIT',
      `This tenant has ${maxOpen} open tracked exports, which is the most it may have: nothing was started.`,
    );
  }
}
