import { createHash } from 'node:crypto';
import {
  InputError,
  StartError,
  StoreUnavailableError,
  TrackingError,
  VendorError,
} from '../export/errors.ts';
import type { ExportSnapshot } from '../export/export.ts';
import type {
  ExportOrder,
  StartedExport,
  StartOptions,
  VendorAccount,
  VendorInfo,
  WorkScope,
} from '../export/ports.ts';
import type { StartKey, Store, TrackedExport } from '../export/store.ts';
import type { Tools } from '../runtime/tools.ts';
import type { Tracker } from './tracker.ts';

/** How long an idempotency key is kept. */
const KEY_LIFETIME_MS = 24 * 3_600_000;

export interface StartsSettings {
  readonly store: Store;
  readonly tracker: Tracker;
  readonly tools: Tools;
  /** As configured now. */
  readonly maxOpen: () => number;
  /** Where the vendor may say that the job has ended; undefined where the account takes no callbacks. */
  readonly callbackUrlFor: (account: VendorAccount, order: ExportOrder) => string | undefined;
  /** True for accounts whose credential each caller brings: they cannot be tracked. */
  readonly isCallers: (account: VendorAccount) => boolean;
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

/** Starts exports, each once. */
export class Starts {
  private readonly settings: StartsSettings;
  /** Orders under a key that are being carried out here, by tenant and key. */
  private readonly running = new Map<
    string,
    { readonly digest: string; readonly result: Promise<StartedExport> }
  >();

  constructor(settings: StartsSettings) {
    this.settings = settings;
  }

  /** @throws StartError, VendorError, TrackingError, StoreUnavailableError */
  start(request: StartRequest): Promise<StartedExport> {
    const { account, vendor, idempotencyKey } = request;
    if (account.start === undefined) throw toUnsupported(account, vendor, 'starts exports');
    return idempotencyKey === null ? this.startOnce(request) : this.startUnder(idempotencyKey, request);
  }

  /** Those who ask at the same time for the same are given the same answer. */
  private async startUnder(key: string, request: StartRequest): Promise<StartedExport> {
    const name = JSON.stringify([request.account.tenant, key]);
    const digest = toDigest(request);
    const running = this.running.get(name);
    if (running !== undefined) {
      if (running.digest !== digest) throw toReused();
      return { ...(await running.result), isExisting: true };
    }
    const result = this.startKeyed(key, digest, request);
    this.running.set(name, { digest, result });
    try {
      return await result;
    } finally {
      this.running.delete(name);
    }
  }

  private async startKeyed(key: string, digest: string, request: StartRequest): Promise<StartedExport> {
    const { store, tools } = this.settings;
    const { account, order, scope } = request;
    await this.checkLimit(account);
    const now = tools.clock.now();
    const taken: StartKey = {
      tenant: account.tenant,
      key,
      digest,
      status: 'sending',
      sentAt: now,
      mark: null,
      started: null,
      expiresAt: now + KEY_LIFETIME_MS,
    };
    const used = await store.takeKey(taken, now);
    if (used === null) {
      const mark = (await account.markStart?.(order, { scope })) ?? null;
      if (mark !== null && !(await store.retakeKey(taken, { ...taken, mark }))) throw toBusy(account);
      return this.send(request, key);
    }
    if (used.digest !== digest) throw toReused();
    if (used.status === 'done' && used.started !== null) return this.existing(request, used.started);
    // `unknown`, or `sending` since a gateway that was killed in the middle: it may or may not have reached the vendor.
    return this.recover(used, request);
  }

  /** Looks whether the order whose answer was lost has started an export after all; sends it again where the vendor says that it has not. */
  private async recover(used: StartKey, request: StartRequest): Promise<StartedExport> {
    const { store, tools } = this.settings;
    const { account, order, scope } = request;
    const { key, sentAt, mark } = used;
    if (account.findStarted !== undefined) {
      const candidates = await account.findStarted({ order, sentAt, mark }, { scope });
      const keyed = await store.findKeyed(
        account.tenant,
        candidates.map((each) => each.key.id),
      );
      const found = candidates.find((each) => !keyed.has(each.key.id));
      if (found !== undefined) return this.adopt(request, key, { snapshot: found, isExisting: true }, true);
    }
    const now = tools.clock.now();
    const next = {
      sentAt: now,
      mark: (await account.markStart?.(order, { scope })) ?? null,
      expiresAt: now + KEY_LIFETIME_MS,
    };
    if (!(await store.retakeKey(used, next))) throw toBusy(account);
    return this.send(request, key);
  }

  private async startOnce(request: StartRequest): Promise<StartedExport> {
    await this.checkLimit(request.account);
    // What cannot be written down afterwards is not begun.
    if (!this.settings.isCallers(request.account)) await this.settings.store.check();
    return this.send(request, null);
  }

  /** The one place where an order goes out. */
  private async send(request: StartRequest, key: string | null): Promise<StartedExport> {
    const { account, order, scope } = request;
    const callbackUrl = this.settings.callbackUrlFor(account, order);
    const options: StartOptions = { scope, ...(callbackUrl === undefined ? {} : { callbackUrl }) };
    let started: StartedExport;
    try {
      started = await (account.start as NonNullable<VendorAccount['start']>)(order, options);
    } catch (error) {
      if (key !== null) await this.giveBack(account.tenant, key, error);
      throw withAdvice(error, account, key !== null);
    }
    return this.adopt(request, key, started, !started.isExisting);
  }

  /** An order that came to nothing leaves its key free; one whose answer was lost does not. */
  private async giveBack(tenant: string, key: string, error: unknown): Promise<void> {
    const { store, tools } = this.settings;
    const isLost = error instanceof StartError && error.code === 'START_OUTCOME_UNKNOWN';
    try {
      if (isLost) await store.settleKey(tenant, key, { status: 'unknown', started: null });
      else await store.releaseKey(tenant, key);
    } catch {
      // It stays `sending`: who asks again with it makes the gateway look at the vendor first.
      tools.log.warn({ tenant }, 'What became of an idempotency key could not be written down.');
    }
  }

  /** @param isOurs - the order began it */
  private async adopt(
    request: StartRequest,
    key: string | null,
    started: StartedExport,
    isOurs: boolean,
  ): Promise<StartedExport> {
    const { account, label, scope } = request;
    const { snapshot } = started;
    if (this.settings.isCallers(account)) {
      if (key !== null)
        await this.settings.store.settleKey(account.tenant, key, { status: 'done', started: snapshot });
      return started;
    }
    try {
      await this.settings.tracker.track(account, snapshot.key, {
        label: label ?? undefined,
        trackedBy: scope.caller,
        startedHere: isOurs,
        snapshot,
        startKey: key,
        ignoresLimit: true,
      });
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      // It runs, and its caller is told so; that it is tracked could not be written down.
      this.settings.tools.log.error(
        { account: account.key, exportId: snapshot.key.id },
        'An export was started, but the store could not be reached to track it: track it again.',
      );
    }
    return started;
  }

  /** The export of then, as it is known now. No vendor is asked. */
  private async existing({ account }: StartRequest, started: ExportSnapshot): Promise<StartedExport> {
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

/** The same for orders that differ in nothing but the order of their fields. */
function toDigest({ account, order }: StartRequest): string {
  const text = JSON.stringify([account.vendor, account.key, order], (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(text).digest('base64url');
}

/** Says whether asking again is safe. */
function withAdvice(error: unknown, account: VendorAccount, hasKey: boolean): unknown {
  if (!(error instanceof StartError) || error.code !== 'START_OUTCOME_UNKNOWN') return error;
  const canLook = account.findStarted !== undefined;
  const advice = canLook
    ? hasKey
      ? 'Ask again with the same idempotencyKey: the vendor’s own list is looked at first, so that nothing is started twice.'
      : 'Look at recentExports before you start it again.'
    : 'This vendor has no list of exports: look there before you start it again, with the same idempotencyKey or without, since that sends a second order.';
  const { code, message, vendor, account: key, httpStatus, vendorCode, cause } = error;
  return new StartError({
    ...{ code, vendor, account: key, httpStatus, vendorCode, cause },
    message: `${message} ${advice}`,
    isRetryable: canLook && hasKey,
  });
}

function toReused(): TrackingError {
  return new TrackingError(
    'IDEMPOTENCY_KEY_REUSED',
    'This idempotencyKey was used for another order within 24 hours: give each order a key of its own.',
  );
}

/** Another gateway was faster with the same key. */
function toBusy({ vendor, key: account }: VendorAccount): StartError {
  return new StartError({
    ...{ code: 'START_OUTCOME_UNKNOWN', vendor, account, isRetryable: true },
    message: 'The same order is being started under this idempotencyKey at this moment: ask again with it.',
  });
}

export function toUnsupported(
  { vendor, key: account }: VendorAccount,
  info: VendorInfo,
  what: string,
): VendorError {
  const message = `${info.name} has no call that ${what}.`;
  return new VendorError({ code: 'UNSUPPORTED_BY_VENDOR', message, vendor, account });
}

const MAX_KEY_LENGTH = 200;
const MAX_LABEL_LENGTH = 200;

/** @throws InputError */
export function parseIdempotencyKey(key: string | null | undefined): string | null {
  if (key === null || key === undefined) return null;
  if (key.length >= 1 && key.length <= MAX_KEY_LENGTH && key.isWellFormed()) return key;
  const field = 'input.idempotencyKey';
  throw new InputError(`${field} must have 1 to ${MAX_KEY_LENGTH} characters.`, field);
}

/** @returns `undefined` where none was given. @throws InputError */
export function parseLabel(label: string | null | undefined, field: string): string | null | undefined {
  if (label === null || label === undefined) return label;
  if (label.length <= MAX_LABEL_LENGTH && label.isWellFormed() && !/\p{Cc}/u.test(label))
    return label.trim() === '' ? null : label.trim();
  throw new InputError(
    `${field} must have at most ${MAX_LABEL_LENGTH} characters, and no control characters.`,
    field,
  );
}
