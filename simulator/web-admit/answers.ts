import { createHash } from 'node:crypto';
import type { SimulatorResponse } from '../simulator.ts';
import type { Identity, Template } from './catalogue.ts';
import type { ErrorStyle, WebAdmitSimulatorOptions } from './options.ts';
import type { Run } from './runs.ts';

/** What the simulator refuses with; turned into an answer in one place. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function notFound(what: string, id: string): Refusal {
  return new Refusal(404, `${what} '${id}' not found.`);
}

/** What becomes of a refusal on the wire. A parameter problem has the schema form in every style. */
export function toErrorBody(refusal: Refusal, style: ErrorStyle): object {
  if (refusal.status === 422 || (refusal.status === 404 && style === 'schema'))
    return { errors: { schema: [refusal.message] } };
  if (refusal.status === 404 && style === 'generic') return { message: 'Not Found' };
  return { message: refusal.message };
}

/** A JSON answer with the headers that WebAdMIT sends, its odd `Expires` included. */
export function toJsonAnswer(
  status: number,
  body: object,
  rate: { readonly limit: number; readonly remaining: number },
): SimulatorResponse {
  const text = JSON.stringify(body);
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'private',
      etag: `"${createHash('md5').update(text).digest('hex')}"`,
      expires: '2009-01-01 00:00:00 -0500',
      'x-runtime': '0.042',
      'x-ratelimit-limit': String(rate.limit),
      'x-ratelimit-remaining': String(rate.remaining),
    },
    body: text,
  };
}

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
