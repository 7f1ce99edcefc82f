import { VendorError } from '../../export/errors.ts';
import type { ExportKey } from '../../export/export.ts';
import type { FileAccess, ReadOptions } from '../../export/ports.ts';
import { parseInstant } from '../shared/instant.ts';
import type { Answer, HiEnergyClient } from './client.ts';
import { readWord, toFileDescription, toLink } from './mapping.ts';
import type { HiEnergyIds, WireExport } from './types.ts';

/** How long a presigned link lives where the answer does not say. Source: Hi Energy API page, `download_expires_in_seconds`; read 2026-11. */
const DEFAULT_LINK_LIFETIME_S = 3_600;

/**
 * Asks for a fresh presigned link to an export's one file.
 *
 * @throws VendorError where the vendor cannot be read; an export that is not there any more is `gone`
 */
export async function locateFile(
  client: HiEnergyClient,
  key: ExportKey<HiEnergyIds>,
  index: number,
  options?: ReadOptions,
): Promise<FileAccess> {
  let answer: Answer<WireExport>;
  try {
    answer = await client.readExport(key.ids.exportId, options);
  } catch (error) {
    if (isGone(error)) return { type: 'gone' };
    throw error;
  }
  const { status } = readWord(answer.wire.status);
  if (status === 'FAILED') return { type: 'gone' };
  if (status !== 'SUCCEEDED') return { type: 'unfinished' };
  const url = toLink(answer.wire);
  if (url === null || index !== 0) return { type: 'gone' };
  const expiresAt = toLinkExpiry(url, answer.wire.download_expires_in_seconds, answer.facts.receivedAt);
  return { type: 'link', url, expiresAt, file: toFileDescription(key.ids, answer.wire) };
}

/**
 * When a presigned link stops working: the vendor's word, or the link's own where that is sooner.
 *
 * @param lifetimeS - `download_expires_in_seconds`, counted from the answer
 * @param receivedAt - epoch milliseconds
 */
export function toLinkExpiry(url: string, lifetimeS: number | null, receivedAt: number): number {
  const said = receivedAt + (lifetimeS ?? DEFAULT_LINK_LIFETIME_S) * 1_000;
  const signed = readSignedLifetime(url);
  if (signed === undefined) return said;
  const signedUntil = signed.from + signed.lifetimeMs;
  // A link just minted is not yet dead: where it looks so, the clocks disagree, and only its lifetime tells.
  return Math.min(said, signedUntil > receivedAt ? signedUntil : receivedAt + signed.lifetimeMs);
}

/** `X-Amz-Date` and `X-Amz-Expires`, the two parts of an AWS v4 query signature that say when it ends. */
function readSignedLifetime(url: string): { readonly from: number; readonly lifetimeMs: number } | undefined {
  if (!URL.canParse(url)) return undefined;
  const query = new URL(url).searchParams;
  const seconds = query.get('X-Amz-Expires') ?? '';
  const date = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '');
  if (date === null || !/^\d{1,6}$/.test(seconds)) return undefined;
  const [, year, month, day, hour, minute, second] = date;
  const from = parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return from === null ? undefined : { from, lifetimeMs: Number(seconds) * 1_000 };
}

function isGone(error: unknown): boolean {
  if (!(error instanceof VendorError)) return false;
  return error.code === 'EXPORT_NOT_FOUND' || error.httpStatus === 404 || error.httpStatus === 410;
}
