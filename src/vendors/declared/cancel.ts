import type { ExportKey } from '../../export/export.ts';
import type { StartOptions } from '../../export/ports.ts';
import type { AccountResponse } from '../../http/types.ts';
import type { DeclaredAccount } from './account.ts';
import { compileRequest, type FillRequest } from './request.ts';
import { isExplained } from './start.ts';

/** See `VendorAccount.cancel`. */
export type Cancel = (key: ExportKey, options?: StartOptions) => Promise<void>;

const ASKED = 'the end of a job';

/** What stops jobs as a vendor file says; null where it says nothing of it. */
export function createCancel(account: DeclaredAccount): Cancel | null {
  const { declaration, http, lastId, settings } = account;
  const { cancel } = declaration;
  if (cancel === null) return null;
  const success: ReadonlySet<number> = new Set(cancel.success);
  const gone: ReadonlySet<number> = new Set(cancel.gone);
  const fills = [cancel.request, cancel.then]
    .filter((rule) => rule !== null)
    .map((rule) => compileRequest(rule, declaration, settings));

  function check(response: AccountResponse, id: string | undefined): void {
    if (gone.has(response.status)) throw toNothingLeft(account);
    if (!success.has(response.status) || saysNo(account, response))
      throw toCancelError(account, response, id);
  }

  async function send(fill: FillRequest, key: ExportKey, options: StartOptions | undefined): Promise<void> {
    const request = fill({ ids: key.ids });
    if (request === undefined) throw new TypeError('A locator names what a cancellation needs.');
    await http.send(request, { scope: options?.scope }, (response) => check(response, key.ids[lastId]));
  }

  return async (key, options) => {
    for (const fill of fills) await send(fill, key, options);
  };
}

/** Nothing is left to stop: whoever asked looks how the job ended. */
function toNothingLeft({ http, declaration: { name } }: DeclaredAccount): Error {
  return http.toError('EXPORT_NOT_FOUND', `${name} says that there is nothing left to stop.`);
}

/** Whether a good HTTP status stands above a body that says no. */
function saysNo(account: DeclaredAccount, response: AccountResponse): boolean {
  const { errors, status } = account;
  return (
    errors.kindOf(response) !== undefined ||
    !status.saysSuccess(response.json) ||
    isExplained(account, response)
  );
}

/** Vendors refuse to stop a job that has just ended in many ways; whatever has no name of its own is such a refusal. */
function toCancelError(
  { http, errors, declaration: { name } }: DeclaredAccount,
  response: AccountResponse,
  id: string | undefined,
): Error {
  const error = http.toVendorError(response, ASKED, errors.codeByName(response, id));
  if (error.code !== 'VENDOR_BAD_RESPONSE') return error;
  return http.toError('VENDOR_FORBIDDEN', `${name} refused to stop the job: it answered ${response.status}.`);
}
