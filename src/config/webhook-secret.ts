/** What a webhook's secret begins with; source: standardwebhooks.com, read 2026-11. */
export const WEBHOOK_SECRET_PREFIX = 'whsec_';

const MIN_BYTES = 24;
const MAX_BYTES = 64;

/** What an operator is told about one. */
export const WEBHOOK_SECRET_ALLOWED = `"${WEBHOOK_SECRET_PREFIX}" and base64 of ${MIN_BYTES} to ${MAX_BYTES} random bytes, or a list of one or two of them`;

/** True for a secret that every library of receivers decodes alike: base64 in its one proper spelling, padding included. */
export function isWebhookSecret(text: string): boolean {
  if (!text.startsWith(WEBHOOK_SECRET_PREFIX)) return false;
  const encoded = text.slice(WEBHOOK_SECRET_PREFIX.length);
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.length >= MIN_BYTES && bytes.length <= MAX_BYTES && bytes.toString('base64') === encoded;
}
