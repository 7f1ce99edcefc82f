import type { WebAdmitIds } from './types.ts';
import { toWireId } from './types.ts';

/**
 * The run that a callback is about; nothing else of it is read, since anybody could have sent it.
 *
 * A form: `export_file[id]=99752&export_file[export_id]=123316&export_file[status]=Available`. Source: WebAdMIT API v1 docs,
 * "Export/Report Files (initiate)", parameter `callback`; read 2026-11.
 */
export function readCallback(body: string): Partial<WebAdmitIds> {
  const exportFileId = toWireId(new URLSearchParams(body).get('export_file[id]'));
  return exportFileId === null ? {} : { exportFileId };
}
