import { request } from 'undici';

const CALLBACK_TIMEOUT_MS = 5_000;
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** True where a `callback` parameter is a URI that WebAdMIT would take. */
export function isCallbackUri(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/**
 * Tells a callback that a run ended: a form, as the vendor documents it. Failures are ignored, as the vendor does.
 *
 * The simulator reaches loopback addresses only: it must never be a way to make this machine call another.
 */
export async function postCallback(
  callback: string,
  run: { readonly id: number; readonly exportId: number; readonly status: string },
): Promise<void> {
  if (!isCallbackUri(callback) || !LOOPBACK.has(new URL(callback).hostname)) return;
  const form = new URLSearchParams({
    'export_file[id]': String(run.id),
    'export_file[export_id]': String(run.exportId),
    'export_file[status]': run.status,
  });
  try {
    const answer = await request(callback, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
      headersTimeout: CALLBACK_TIMEOUT_MS,
      bodyTimeout: CALLBACK_TIMEOUT_MS,
    });
    await answer.body.dump();
  } catch {
    // None listens there any more: the run is as it is.
  }
}
