import { WaybillError } from '@waybill/client';

/** Whatever was thrown, as the one kind of error that hooks tell. */
export function toWaybillError(problem: unknown): WaybillError {
  if (problem instanceof WaybillError) return problem;
  return new WaybillError(String(problem), { code: 'UNEXPECTED', cause: problem });
}
