import type { ExportKey } from '../../export/export.ts';
import type { FileAccess } from '../../export/ports.ts';
import type { CallOptions } from '../../http/types.ts';
import { orGone } from '../shared/answers.ts';
import { readSignedLifetime } from '../shared/presigned-link.ts';
import type { HiEnergyClient } from './client.ts';
import { readWord, toFileDescription, toLink } from './mapping.ts';
import type { HiEnergyIds } from './types.ts';

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
  options?: CallOptions,
): Promise<FileAccess> {
  const answer = await orGone(client.readExport(key.ids.exportId, options));
  if (answer === null) return { type: 'gone' };
  const { wire, facts } = answer;
  const { status } = readWord(wire.status);
  if (status === 'FAILED') return { type: 'gone' };
  if (status !== 'SUCCEEDED') return { type: 'unfinished' };
  const url = toLink(wire);
  if (url === null || index !== 0) return { type: 'gone' };
  const expiresAt = toLinkExpiry(url, wire.download_expires_in_seconds, facts.receivedAt);
  return { type: 'link', url, expiresAt, file: toFileDescription(key.ids, wire) };
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
  if (signed === null) return said;
  const signedUntil = signed.signedAt + signed.lifetimeMs;
  // A link just minted is not yet dead: where it looks so, the clocks disagree, and only its lifetime tells.
  return Math.min(said, signedUntil > receivedAt ? signedUntil : receivedAt + signed.lifetimeMs);
}
