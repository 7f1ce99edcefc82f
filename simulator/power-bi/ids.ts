import { createHash } from 'node:crypto';

/**
 * An export id in the shape of real ones: padded base64, 124 characters, of `2/BlobIdV2-{uuid}{digest}=.`.
 *
 * @param seed - the same seed, the same id
 */
export function createExportId(seed: string): string {
  const digest = createHash('sha256').update(seed).digest('base64url');
  return Buffer.from(`2/BlobIdV2-${createUuid(seed)}${digest}=.`).toString('base64');
}

/** A UUID that is the same for the same seed. */
export function createUuid(seed: string): string {
  const hex = createHash('sha256').update(`uuid ${seed}`).digest('hex');
  const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) % 4];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
