import type { LocatorIds } from '../../export/export.ts';
import type { VendorCapabilities } from '../../export/ports.ts';
import type { VendorId } from '../../export/vendor-id.ts';
import type { VendorDeclaration } from '../../vendor-file/declaration.ts';
import { defineVendor, type OwnReads } from '../shared/account.ts';
import type { VendorDefinition } from '../vendor.ts';
import {
  type CompiledVendor,
  type DeclaredAccount,
  openDeclaredAccount,
  toRead,
  toSingleFacts,
} from './account.ts';
import { toAuthRules } from './credentials.ts';
import { compileErrors } from './errors.ts';
import { lastIdOf, toLocatorGrammar } from './grammar.ts';
import { canListAll, createBatch, createList } from './list.ts';
import { compileMapping, type Snapshot } from './mapping.ts';
import { compileRequest } from './request.ts';
import { compileStatus } from './status.ts';
import { knownUnknowns } from './words.ts';

/** Makes of a checked vendor file what the gateway opens accounts with. Compiled once: a poll looks nothing up in the file. */
export function toVendorDefinition(declaration: VendorDeclaration): VendorDefinition {
  const { id, name, credentials } = declaration;
  const errors = compileErrors(declaration);
  const status = compileStatus(declaration, errors);
  const vendor: CompiledVendor = {
    declaration,
    locator: toLocatorGrammar(declaration),
    lastId: lastIdOf(declaration),
    errors,
    status,
    toSnapshot: compileMapping(declaration),
  };
  const { isAnswer } = status;
  return defineVendor({
    id: id as VendorId,
    name,
    capabilities: toCapabilities(declaration),
    locator: vendor.locator,
    rules: { ...errors.rules, ...toAuthRules(credentials), ...(isAnswer && { isAnswer }) },
    knownWords: knownUnknowns(declaration.status),
    open(parts) {
      const account = openDeclaredAccount(vendor, parts, () => () => []);
      return {
        ...createReading(account),
        locateFile: async () => ({ type: 'gone' }),
      };
    },
  });
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

const ASKED = 'the status of an export';

/** How the exports of one account are read: one by one, by their ids together, or through the list. */
export function createReading(
  account: DeclaredAccount,
): Pick<OwnReads<LocatorIds>, 'readOne' | 'list' | 'listRecent'> {
  const { declaration, http, lastId, status } = account;
  const { batch } = declaration.status;
  const fill = compileRequest(declaration.status.request, declaration, account.settings);
  const { list: rule } = declaration;
  const list = rule === null ? undefined : createList(account, rule);
  const asBatch = rule === null || rule.asBatch === false ? undefined : list?.call;

  return {
    readOne(key, options): Promise<Snapshot> {
      const request = fill({ ids: key.ids });
      if (request === undefined) throw new TypeError('A checked locator fills the path of its status call.');
      return http.send(toRead(request), options, (response) => {
        const found = status.read(http, response, ASKED, key.ids[lastId]);
        return account.toSnapshot(key, found, toSingleFacts(response));
      });
    },
    list: batch === null ? asBatch : createBatch(account, batch),
    ...(rule && list && canListAll(declaration, rule) && { listRecent: list.recent }),
  };
}
