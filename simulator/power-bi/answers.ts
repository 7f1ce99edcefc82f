import type { SimulatorResponse } from '../simulator.ts';

/** The standard error envelope; `message` is often missing. */
export function refuse(status: number, code: string, message?: string): SimulatorResponse {
  return { status, body: { error: message === undefined ? { code } : { code, message } } };
}

/** A request that makes no sense, with the field at fault. */
export function refuseField(target: string, message: string): SimulatorResponse {
  return {
    status: 400,
    body: { error: { code: 'InvalidRequest', message, details: [{ message, target }] } },
  };
}

/** Report, workspace or export unknown, or hidden from whoever asks. */
export function notFound(): SimulatorResponse {
  return refuse(404, 'PowerBIEntityNotFound');
}

export function tokenExpired(): SimulatorResponse {
  return refuse(403, 'TokenExpired', 'Access token has expired, resubmit with a new access token');
}

/** No token, or none of ours; nobody documents a body. */
export function unauthorized(): SimulatorResponse {
  return { status: 401, headers: { 'www-authenticate': 'Bearer' } };
}

/** What the API says with a status that somebody ordered. */
export function toFaultAnswer(status: number): SimulatorResponse {
  if (status === 401) return unauthorized();
  if (status === 404) return notFound();
  if (status === 403) return refuse(403, 'PowerBINotAuthorizedException');
  if (status === 429) return refuse(429, 'TooManyRequests', 'Too many requests, try again later.');
  if (status < 500) return refuse(status, 'InvalidRequest', `Simulated fault: HTTP ${status}.`);
  return { status, body: { Message: 'An error has occurred.' } };
}
