import { type Fields, toDateOrNull, toFields, toText, toTextOrNull } from './read.ts';
import type { Account, AccountProblem } from './types.ts';

export function toAccount(wire: Fields): Account {
  const vendor = toFields(wire.vendor);
  const can = toFields(vendor.capabilities);
  const health = toFields(wire.health);
  return {
    id: toText(wire.id),
    key: toText(wire.key),
    vendor: toText(vendor.key),
    vendorName: toText(vendor.name),
    capabilities: {
      canCancel: can.canCancel === true,
      canList: can.canList === true,
      canStart: can.canStart === true,
      reportsProgress: can.reportsProgress === true,
      reportsTimes: can.reportsTimes === true,
    },
    health: {
      state: toText(health.state),
      lastError: toTextOrNull(health.lastError),
      throttledUntil: toDateOrNull(health.throttledUntil),
    },
  };
}

export function toAccountProblem(wire: Fields): AccountProblem {
  const account = toFields(wire.account);
  return {
    account: toText(account.key),
    vendor: toText(toFields(account.vendor).key),
    code: toText(wire.code),
    message: toText(wire.message),
  };
}
