import { VendorError } from '../../export/errors.ts';
import { type ExportKey, isTerminal } from '../../export/export.ts';
import type { FileAccess, ReadOptions } from '../../export/ports.ts';
import type { TalkdeskClient } from './client.ts';
import { readTalkdeskStatus, toFile } from './mapping.ts';
import { EMPTY_JOB, type TalkdeskIds, type WireJob } from './types.ts';

/**
 * How the file of a job can be opened, asked of Talkdesk now: usually one call, whose redirect is the signed link.
 *
 * @throws VendorError
 */
export async function locateFile(
  client: TalkdeskClient,
  { ids }: ExportKey<TalkdeskIds>,
  index: number,
  { signal }: ReadOptions = {},
): Promise<FileAccess> {
  if (index !== 0) return { type: 'gone' };
  const answer = await client.readFile(ids, signal);
  switch (answer.type) {
    case 'link':
      return {
        type: 'link',
        url: answer.url,
        expiresAt: answer.expiresAt,
        // Its name is the store's affair: asking for the job's would cost a second call.
        file: toFile(ids, { ...EMPTY_JOB, format: formatOf(answer.url) }),
      };
    case 'content':
      return {
        type: 'stream',
        file: toFile(ids, await readJobIfPossible(client, ids, signal)),
        open: (options) => client.openFile(ids, options),
      };
    case 'job':
      return toMissing(answer.reading.word);
    case 'empty':
      return { type: 'unfinished' };
    case 'missing':
      // 404 is also the answer for a job that is still running: the job itself knows.
      return toMissing((await client.readJob(ids, signal)).word);
  }
}

/** There is no file: not yet, or not any more. */
function toMissing(word: string): FileAccess {
  return { type: isTerminal(readTalkdeskStatus(word).status) ? 'gone' : 'unfinished' };
}

/** The file is at hand: that its job cannot be read just now costs it only its name. */
async function readJobIfPossible(
  client: TalkdeskClient,
  ids: TalkdeskIds,
  signal: AbortSignal | undefined,
): Promise<WireJob> {
  try {
    return (await client.readJob(ids, signal)).job;
  } catch (error) {
    if (error instanceof VendorError) return EMPTY_JOB;
    throw error;
  }
}

/** The format by the ending of the link's path; null for any other ending. */
function formatOf(url: string): string | null {
  const ending = /\.(csv|jsonl?)$/i.exec(new URL(url).pathname)?.[1]?.toLowerCase();
  return ending === 'jsonl' ? 'json_bulk' : (ending ?? null);
}
