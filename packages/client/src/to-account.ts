import { type Fields, revive, toFields, toText } from './read.ts';
import type { Account, AccountProblem } from './types.ts';

export function toAccount(wire: Fields): Account {
  const { vendor, ...own } = revive(wire) as Fields;
  const { key, name, capabilities } = toFields(vendor);
  return { ...own, vendor: key, vendorName: name, capabilities } as Account;
}

export function toAccountProblem({ account, code, message }: Fields): AccountProblem {
  const { key, vendor } = toFields(account);
  return {
    account: toText(key),
    vendor: toText(toFields(vendor).key),
    code: toText(code),
    message: toText(message),
  };
}
