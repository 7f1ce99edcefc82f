import type { ExportKey } from '../../export/export.ts';
import type { CallOptions } from '../../http/types.ts';
import type { DeclaredAccount } from './account.ts';
import type { ReadExport } from './further.ts';
import { toSingleFacts } from './mapping.ts';
import { compileRequest, toRead } from './request.ts';

/** Asks about one export. @throws VendorError */
export type ReadStatus<Result> = (key: ExportKey, options?: CallOptions) => Promise<Result>;

const ASKED = 'the status of an export';

/**
 * How one export is read: by its status call, and by the further one where the answer leaves open what that tells.
 *
 * @param take - what is wanted of the answer
 * @param isEnough - true of an answer that leaves nothing open for whoever asks
 */
export function createReadStatus<Result>(
  { declaration, http, lastId, settings, status, toSnapshot, further }: DeclaredAccount,
  take: (answer: ReadExport) => Result,
  isEnough: (answer: ReadExport) => boolean = () => false,
): ReadStatus<Result> {
  const fill = compileRequest(declaration.status.request, declaration, settings);

  function ask<Taken>(
    key: ExportKey,
    options: CallOptions | undefined,
    read: (answer: ReadExport) => Taken,
  ): Promise<Taken> {
    const request = fill({ ids: key.ids });
    if (request === undefined) throw new TypeError('A checked locator fills the path of its status call.');
    return http.send(toRead(request), options, (response) => {
      const found = status.read(http, response, ASKED, key.ids[lastId]);
      const facts = toSingleFacts(response);
      return read({ found, facts, snapshot: toSnapshot(key, found, facts) });
    });
  }

  if (further === null) return (key, options) => ask(key, options, take);
  return async (key, options) => {
    const shared = further.toShared(options);
    const answer = await ask(key, shared, (each) => each);
    const isOpen = further.isNeeded(answer.found, answer.snapshot) && !isEnough(answer);
    return take(isOpen ? await further.complete(key, answer, shared) : answer);
  };
}
