import contentDisposition from 'content-disposition';
import { VendorError } from '../../export/errors.ts';
import { type ExportKey, type FileDescription, isTerminal } from '../../export/export.ts';
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
        file: describeLink(ids, answer.url),
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

/** The file behind a link, as far as the link tells: asking for the job's name would cost a second call. */
function describeLink(ids: TalkdeskIds, url: string): FileDescription {
  const { pathname, searchParams } = new URL(url);
  const name = readFileName(searchParams.get('response-content-disposition'));
  return toFile(ids, { ...EMPTY_JOB, name, format: formatOf(name ?? pathname) });
}

/** The file name that the store will answer with, where it stands in the link; null where it does not. */
function readFileName(disposition: string | null): string | null {
  try {
    return disposition === null ? null : (contentDisposition.parse(disposition).parameters.filename ?? null);
  } catch {
    return null;
  }
}

/** The format by the ending of a name or a path; null for any other ending. */
function formatOf(name: string): string | null {
  const ending = /\.(csv|jsonl?)$/i.exec(name)?.[1]?.toLowerCase();
  return ending === 'jsonl' ? 'json_bulk' : (ending ?? null);
}
