import type { Access } from './access/authenticate.ts';
import type { Caller } from './access/caller.ts';
import type { AccountPool } from './accounts/pool.ts';
import { toUnknownAccountError } from './accounts/unknown-account.ts';
import { type ConfigChanges, compareConfigs, type NameChanges } from './config/changes.ts';
import type { Config } from './config/config.ts';
import { secretValues } from './config/secret-values.ts';
import type { VendorAccount } from './export/ports.ts';
import type { Tools } from './runtime/tools.ts';
import { findSchemaChanges } from './vendor-file/schema-changes.ts';
import type { VendorCatalogue } from './vendors/catalogue.ts';
import type { WatchHub } from './watch/watch-hub.ts';

/** The parts of a gateway that a new configuration reaches while it runs. */
export interface ReloadableParts {
  readonly tools: Tools;
  readonly vendors: VendorCatalogue;
  readonly pool: AccountPool;
  readonly access: Access;
  readonly hub: WatchHub;
  readonly tracked: { replace(config: Config): void };
  readonly sessions: { revoke(isRevoked: (caller: Caller) => boolean): void };
}

/** As many names stand in one log line; the rest are counted. */
const MAX_NAMES = 50;

/** The part of a gateway's configuration that can change while it runs. */
export interface RunningConfig {
  /** What is in force. */
  readonly current: Config;
  /** Takes over the next one. Never throws: where an account cannot be opened, everything stays as it was. */
  take(next: Config): void;
}

/**
 * Takes over the accounts and callers of another configuration, all of them in one go: nothing else runs in between, so no
 * request sees some of the old ones and some of the new.
 */
export function createRunningConfig(started: Config, parts: ReloadableParts): RunningConfig {
  let current = started;
  return {
    get current() {
      return current;
    },
    take(next) {
      const restartFor = findSchemaChanges(current.declaredVendors, next.declaredVendors);
      if (restartFor.length > 0) {
        parts.tools.log.error(
          { vendors: restartFor },
          'vendorFiles: a vendor came or went, or its locator or the fields of its types are others: restart to apply. All stays as it was.',
        );
        return;
      }
      const changes = compareConfigs(current, next);
      try {
        current = apply(current, next, parts);
      } catch (error) {
        const reason = error instanceof Error ? error.message : typeof error;
        parts.tools.log.error({ reason }, 'The configuration could not be taken over: all stays as it was.');
        return;
      }
      report(changes, parts.tools);
    },
  };
}

/** @returns what runs now */
function apply(
  current: Config,
  next: Config,
  { tools, vendors, pool, access, hub, sessions, tracked }: ReloadableParts,
): Config {
  // Before any of them is used; those of before stay known, since they may stand in what is still on its way.
  for (const secret of secretValues(next)) tools.secrets.add(secret);
  const isSameMode = next.access.mode === current.access.mode;
  const admit = access.draft(isSameMode ? next.access : current.access);
  const { removed, renewed } = replaceAccounts(current, next, vendors, pool);
  const isOut = admit();

  hub.endAccounts(new Map(removed.map((account) => [account.identity, toReason(account)])));
  hub.renewAccounts(new Set(renewed.map(({ identity }) => identity)));
  sessions.revoke(isOut);
  const taken = {
    ...current,
    accounts: next.accounts,
    declaredVendors: next.declaredVendors,
    vendorFiles: next.vendorFiles,
    tracking: next.tracking,
    webhooks: next.webhooks,
    access: isSameMode ? next.access : current.access,
  };
  tracked.replace(taken);
  return taken;
}

/** Accounts that are opened anew are opened with what the vendor files say now. @throws TypeError where one cannot be opened */
function replaceAccounts(current: Config, next: Config, vendors: VendorCatalogue, pool: AccountPool) {
  vendors.replace(next.declaredVendors);
  try {
    return pool.replace(next.accounts);
  } catch (error) {
    vendors.replace(current.declaredVendors);
    throw error;
  }
}

/** As if it had never been there. */
function toReason({ vendor, key }: VendorAccount) {
  const { code, message } = toUnknownAccountError(vendor, key);
  return { code, message };
}

function report(changed: ConfigChanges, { log }: Tools): void {
  const { accounts, vendors, callers, webhooks, isTrackingChanged, isJwtChanged, atNextStart } = changed;
  const changes = {
    ...toField('accounts', accounts),
    ...toField('vendors', vendors),
    ...toField('callers', callers),
    ...toField('webhooks', webhooks),
    ...(isTrackingChanged ? { tracking: 'changed' } : {}),
    ...(isJwtChanged ? { 'access.jwt': 'changed' } : {}),
  };
  const isNothing = Object.keys(changes).length === 0;
  log.info(
    changes,
    isNothing ? 'The configuration was read again: no change.' : 'The configuration was reloaded.',
  );
  if (atNextStart.length > 0) log.warn({}, `${atNextStart.join(', ')} changed in the file: restart to apply`);
}

/** Only what there is to tell: `{ accounts: { added: ['bi'] } }`. */
function toField(name: string, changes: NameChanges): object {
  const told = Object.entries(changes).filter(([, names]) => names.length > 0);
  if (told.length === 0) return {};
  return { [name]: Object.fromEntries(told.map(([what, names]) => [what, shorten(names)])) };
}

function shorten(names: readonly string[]): readonly string[] {
  if (names.length <= MAX_NAMES) return names;
  return [...names.slice(0, MAX_NAMES), `and ${names.length - MAX_NAMES} more`];
}
