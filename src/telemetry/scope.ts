import { randomUUID } from 'node:crypto';
import type { WorkScope } from '../export/ports.ts';

/** A tenant and a caller may be called whatever the issuer of tokens likes. */
const MAX_NAME_LENGTH = 200;

/** A new id in one piece: `randomUUID` gives a tree of eighteen, half a kilobyte for as long as somebody holds it. */
export function createRequestId(): string {
  return Buffer.from(randomUUID(), 'latin1').toString('latin1');
}

/** What a log line says about whom its work is done for: what is known of it. */
export function toScopeFields(
  scope: Partial<WorkScope> | undefined,
): Partial<Record<keyof WorkScope, string>> {
  const fields: Partial<Record<keyof WorkScope, string>> = {};
  if (scope === undefined) return fields;
  const { requestId, tenant, caller } = scope;
  if (requestId) fields.requestId = requestId;
  if (tenant) fields.tenant = tenant.slice(0, MAX_NAME_LENGTH);
  if (caller) fields.caller = caller.slice(0, MAX_NAME_LENGTH);
  return fields;
}
