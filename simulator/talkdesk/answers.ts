import type { SimulatorResponse } from '../simulator.ts';

/** A field that an order got wrong. */
export interface FieldProblem {
  readonly name: string;
  readonly description: string;
}

/** An answer that says no, in Talkdesk's envelope; thrown inside the simulator and sent by it. */
export class Refusal extends Error {
  readonly response: SimulatorResponse;

  constructor(response: SimulatorResponse) {
    super(`Simulated answer ${response.status}`);
    this.response = response;
  }
}

/** What Talkdesk says beside a status. Source: the error table of its API docs; read 2026-11. */
const MESSAGES: Readonly<Record<number, string>> = {
  400: 'Report type is invalid',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Report job not found',
  429: 'Too many requests',
  503: 'Unable to audit operation',
};

/** The error envelope for a status, its code written as the documentation has it: as text. */
export function toErrorBody(status: number, description?: string, fields: readonly FieldProblem[] = []) {
  const message = MESSAGES[status] ?? 'Internal server error';
  return { code: String(status), message, ...(description === undefined ? {} : { description }), fields };
}

/** A refusal with the envelope of its status. */
export function refuse(status: number, description?: string, fields?: readonly FieldProblem[]): Refusal {
  return new Refusal({ status, body: toErrorBody(status, description, fields) });
}

/** A refused order: here the code is really a number. */
export function refuseOrder(fields: readonly FieldProblem[]): Refusal {
  const body = { code: 1400, message: 'input parameters validation failed', fields };
  return new Refusal({ status: 400, body });
}

/** A fault of the platform, with the trace id that its support asks for. */
export function failPlatform(traceId: string): Refusal {
  return new Refusal({ status: 500, headers: { 'platform-tid': traceId }, body: toErrorBody(500) });
}

/** A 404 as it also comes: bare text. */
export const TEXT_NOT_FOUND = new Refusal({
  status: 404,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: '404 Not Found',
});
