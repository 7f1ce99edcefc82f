import type { ExportKey, ExportSnapshot } from '../../export/export.ts';
import type { Log } from '../../runtime/tools.ts';
import type { JobPage } from './client.ts';
import { NO_CONTENT_WORD, toSnapshot } from './mapping.ts';
import type { JobReading, TalkdeskDetails, TalkdeskIds } from './types.ts';

export type SnapshotReader = (
  key: ExportKey<TalkdeskIds>,
  reading: JobReading,
) => ExportSnapshot<TalkdeskDetails>;

/** How many unlisted words are remembered as already logged. */
const MAX_REMEMBERED_WORDS = 100;

/** Maps readings of one account, and logs each status word that is not in the table once. */
export function createSnapshotReader(log: Log): SnapshotReader {
  const logged = new Set<string>();
  return (key, reading) => {
    const snapshot = toSnapshot(key, reading);
    const { status, rawStatus } = snapshot;
    const isNews = status === 'UNKNOWN' && rawStatus !== NO_CONTENT_WORD && !logged.has(rawStatus);
    if (isNews && logged.size < MAX_REMEMBERED_WORDS) {
      logged.add(rawStatus);
      log.warn(
        { vendor: key.vendor, account: key.account, rawStatus },
        'Talkdesk sent an unlisted status word',
      );
    }
    return snapshot;
  };
}

/** The entries of a list page that say how their job stands; one without a status is as good as not listed. */
export function toReadings({ jobs, receivedAt }: JobPage): readonly JobReading[] {
  return jobs.flatMap((job) => (job.status === null ? [] : [{ word: job.status, job, receivedAt }]));
}
