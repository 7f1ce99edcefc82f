import type { ExportSnapshot } from '../../export/export.ts';
import type { Log } from '../../runtime/tools.ts';

/** Words that are remembered as already logged: a vendor gone mad shall not fill the memory. */
const MAX_REMEMBERED_WORDS = 100;

/**
 * Logs each status word of an account that no table lists, once.
 *
 * @param vendorName - in prose
 * @param knownWords - those that read as UNKNOWN although they are known
 */
export function createWordReporter(
  log: Log,
  vendorName: string,
  knownWords: readonly string[] = [],
): (snapshot: ExportSnapshot) => void {
  const reported = new Set<string>();
  return ({ status, rawStatus, key: { vendor, account } }) => {
    if (status !== 'UNKNOWN' || knownWords.includes(rawStatus) || reported.has(rawStatus)) return;
    if (reported.size >= MAX_REMEMBERED_WORDS) return;
    reported.add(rawStatus);
    log.warn({ vendor, account, rawStatus }, `${vendorName} sent an unlisted status word`);
  };
}
