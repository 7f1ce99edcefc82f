import { isWebAddress, postToLoopback } from '../post-callback.ts';

/** True where a `callback` parameter is a URI that WebAdMIT would take. */
export const isCallbackUri = isWebAddress;

/** Tells a callback that a run ended: a form, as the vendor documents it. */
export function postCallback(
  callback: string,
  run: { readonly id: number; readonly exportId: number; readonly status: string },
): Promise<void> {
  const form = new URLSearchParams({
    'export_file[id]': String(run.id),
    'export_file[export_id]': String(run.exportId),
    'export_file[status]': run.status,
  });
  return postToLoopback(callback, { type: 'application/x-www-form-urlencoded', text: form.toString() });
}
