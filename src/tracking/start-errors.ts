import { StartError, TrackingError, VendorError } from '../export/errors.ts';
import type { VendorAccount, VendorInfo } from '../export/ports.ts';

/** Says whether asking again is safe. */
export function withAdvice(error: unknown, account: VendorAccount, hasKey: boolean): unknown {
  if (!(error instanceof StartError) || error.code !== 'START_OUTCOME_UNKNOWN') return error;
  const isKnown = account.findStarted !== undefined || account.knowsOrders === true;
  const advice = toAdvice(account, hasKey);
  const { code, message, vendor, account: key, httpStatus, vendorCode, cause } = error;
  return new StartError({
    ...{ code, vendor, account: key, httpStatus, vendorCode, cause },
    message: `${message} ${advice}`,
    isRetryable: isKnown && hasKey,
  });
}

function toAdvice({ findStarted, knowsOrders }: VendorAccount, hasKey: boolean): string {
  if (findStarted !== undefined && !hasKey) return 'Look at recentExports before you start it again.';
  if (findStarted !== undefined)
    return 'Ask again with the same idempotencyKey: the vendor’s own list is looked at first, so that nothing is started twice.';
  if (knowsOrders && hasKey)
    return 'Ask again with the same idempotencyKey: the vendor knows the order by it, so that nothing is started twice.';
  return knowsOrders
    ? 'Look there before you start it again; with an idempotencyKey, the vendor would know the order again.'
    : 'This vendor has no list of exports: look there before you start it again, with the same idempotencyKey or without, since that sends a second order.';
}

export function toReused(): TrackingError {
  return new TrackingError(
    'IDEMPOTENCY_KEY_REUSED',
    'This idempotencyKey was used for another order within 24 hours: give each order a key of its own.',
  );
}

/** Another gateway was faster with the same key. */
export function toBusy({ vendor, key: account }: VendorAccount): StartError {
  return new StartError({
    ...{ code: 'START_OUTCOME_UNKNOWN', vendor, account, isRetryable: true },
    message: 'The same order is being started under this idempotencyKey at this moment: ask again with it.',
  });
}

/** The gateway that sent the order ended before its answer came. */
export function toInterrupted({ vendor, key: account }: VendorAccount, { name }: VendorInfo): StartError {
  return new StartError({
    ...{ code: 'START_OUTCOME_UNKNOWN', vendor, account },
    message: `${name} was sent this order, and the gateway ended before the answer came: it may have been carried out.`,
  });
}

export function toUnmarkable({ vendor, key: account }: VendorAccount): VendorError {
  const message =
    'The vendor’s list could not be read, without which an order under an idempotencyKey could not be found again: nothing was started. Try again in a moment.';
  return new VendorError({ code: 'VENDOR_UNAVAILABLE', message, vendor, account });
}

export function isRejection(error: unknown): boolean {
  return error instanceof StartError && error.code === 'VENDOR_REJECTED';
}

export function toUnsupported(
  { vendor, key: account }: VendorAccount,
  info: VendorInfo,
  what: string,
): VendorError {
  const message = `${info.name} has no call that ${what}.`;
  return new VendorError({ code: 'UNSUPPORTED_BY_VENDOR', message, vendor, account });
}
