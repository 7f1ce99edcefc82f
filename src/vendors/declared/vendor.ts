import type { LocatorIds } from '../../export/export.ts';
import type { VendorCapabilities } from '../../export/ports.ts';
import type { VendorDeclaration } from '../../vendor-file/declaration.ts';
import { defineVendor, type OwnReads } from '../shared/account.ts';
import type { VendorDefinition } from '../vendor.ts';
import {
  type CompiledVendor,
  type DeclaredAccount,
  openDeclaredAccount,
  toOrigins,
  toSettingValues,
} from './account.ts';
import { toReadCallback } from './callback.ts';
import { createCancel } from './cancel.ts';
import { toAuthRules } from './credentials.ts';
import { compileErrors } from './errors.ts';
import { createLocateFile } from './files.ts';
import { compileFurther } from './further.ts';
import { lastIdOf, toLocatorGrammar, toOrderHints } from './grammar.ts';
import { canListAll, createBatch, createList } from './list.ts';
import { compileMapping } from './mapping.ts';
import { toKindOf, toParseOrder } from './orders.ts';
import { createReadStatus } from './read-status.ts';
import { ACCEPTED_WORD, createStart } from './start.ts';
import { createStartedSearch } from './start-search.ts';
import { compileStatus } from './status.ts';
import { knownUnknowns } from './words.ts';

/** Makes of a checked vendor file what the gateway opens accounts with. Compiled once: a poll looks nothing up in the file. */
export function toVendorDefinition(declaration: VendorDeclaration): VendorDefinition {
  const { id, name, credentials } = declaration;
  const vendor = compileVendor(declaration);
  const { errors } = vendor;
  const { isAnswer } = vendor.status;
  const readCallback = toReadCallback(declaration, vendor.locator);
  return defineVendor({
    id,
    name,
    capabilities: toCapabilities(declaration),
    locator: vendor.locator,
    orderHints: toOrderHints(declaration),
    rules: { ...errors.rules, ...toAuthRules(credentials), ...(isAnswer && { isAnswer }) },
    originsOf: ({ settings }) => toOrigins(declaration, toSettingValues(declaration, settings)),
    knownWords: [...knownUnknowns(declaration.status), ACCEPTED_WORD],
    parseOrder: toParseOrder(declaration, vendor.locator),
    kindOf: toKindOf(declaration),
    ...(readCallback && { readCallback }),
    open(parts) {
      const account = openDeclaredAccount(vendor, parts);
      return {
        ...createReading(account),
        ...createActing(account),
        locateFile: createLocateFile(account, parts.tools.clock),
      };
    },
  });
}

/** A vendor file as functions, the same for all its accounts. */
export function compileVendor(declaration: VendorDeclaration): CompiledVendor {
  const errors = compileErrors(declaration);
  return {
    declaration,
    locator: toLocatorGrammar(declaration),
    lastId: lastIdOf(declaration),
    errors,
    status: compileStatus(declaration, errors),
    toSnapshot: compileMapping(declaration),
    further: compileFurther(declaration, errors),
  };
}

/** What a vendor file makes possible. */
export function toCapabilities(declaration: VendorDeclaration): VendorCapabilities {
  const { status, list, start, cancel } = declaration;
  const { percent, completedParts, totalParts, createdAt, startedAt, finishedAt } = status.fields;
  return {
    canList: list !== null && canListAll(declaration, list),
    reportsProgress: [percent, completedParts, totalParts].some((rule) => rule !== undefined),
    reportsTimes: [createdAt, startedAt, finishedAt].some((rule) => rule !== undefined),
    canStart: start !== null,
    canCancel: cancel !== null,
  };
}

/** How the exports of one account are read: one by one, by their ids together, or through the list. */
export function createReading(
  account: DeclaredAccount,
): Pick<OwnReads<LocatorIds>, 'readOne' | 'list' | 'listRecent'> {
  const { declaration } = account;
  const { batch } = declaration.status;
  const { list: rule } = declaration;
  const list = rule === null ? undefined : createList(account, rule);
  const asBatch = rule === null || rule.asBatch === false ? undefined : list?.call;

  return {
    readOne: createReadStatus(account, ({ snapshot }) => snapshot),
    list: batch === null ? asBatch : createBatch(account, batch),
    ...(rule && list && canListAll(declaration, rule) && { listRecent: list.recent }),
  };
}

/** How exports of one account are started and stopped, as far as the file says how. */
export function createActing(
  account: DeclaredAccount,
): Pick<
  OwnReads<LocatorIds>,
  'start' | 'knowsOrders' | 'markStart' | 'findStarted' | 'finishStart' | 'cancel'
> {
  const { start: rule, list } = account.declaration;
  const starting = createStart(account);
  const cancel = createCancel(account);
  return {
    ...(starting && { ...starting, knowsOrders: rule?.idempotency !== null }),
    ...(rule && list && createStartedSearch(account, createList(account, list).look)),
    ...(cancel && { cancel }),
  };
}
