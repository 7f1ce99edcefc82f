import type { Identity, Template } from './catalogue.ts';
import type { WebAdmitSimulatorOptions } from './options.ts';
import type { Run } from './runs.ts';

/** How far `export_id` is off where it disagrees with `href`: 86466 and 86446 in the vendor's own sample. */
const MISMATCH = -20;

/** A run as every call gives it, without a link. */
export function toRunBody(
  run: Run,
  options: WebAdmitSimulatorOptions,
): { readonly id: number; readonly href: string; readonly export_id: number; readonly status: string } {
  const exportId = run.template.id;
  const word = run.look();
  return {
    id: run.id,
    href: `/api/v1/exports/${exportId}/export_files/${run.id}`,
    export_id: options.mismatchesExportIds ? exportId + MISMATCH : exportId,
    status: options.spelling === 'snake' ? word.toLowerCase().replaceAll(' ', '_') : word,
  };
}

export function toTemplateListBody(href: string, templates: readonly Template[]): object {
  return {
    href,
    exports: templates.map(({ id, name, list_type, format, mime_type }) => ({
      id,
      href: `/api/v1/exports/${id}`,
      name,
      list_type,
      format,
      mime_type,
    })),
  };
}

export function toIdentityBody(identity: Identity): object {
  const { id, type, association, institution, organization, cycle } = identity;
  return { id, href: `/api/v1/user_identities/${id}`, type, association, institution, organization, cycle };
}
