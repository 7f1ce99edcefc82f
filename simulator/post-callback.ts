import { request } from 'undici';

const TIMEOUT_MS = 5_000;
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * Posts what a vendor tells a callback. Failures are ignored, as the vendors do.
 *
 * The simulators reach loopback addresses only: they must never be a way to make this machine call another.
 */
export async function postToLoopback(
  address: string,
  body: { readonly type: string; readonly text: string },
): Promise<void> {
  if (!isWebAddress(address) || !LOOPBACK.has(new URL(address).hostname)) return;
  try {
    const answer = await request(address, {
      method: 'POST',
      headers: { 'content-type': body.type },
      body: body.text,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    await answer.body.dump();
  } catch {
    // None listens there any more: the export is as it is.
  }
}

/** True for an http or https URL. */
export function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
