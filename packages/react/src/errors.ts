import { WaybillError } from '@waybill/client';

/** Whatever was thrown, as the one kind of error that hooks tell. */
export function toWaybillError(problem: unknown): WaybillError {
  if (problem instanceof WaybillError) return problem;
  const message = problem instanceof Error ? problem.message : 'Something that is no error was thrown.';
  return new WaybillError(message, { code: 'UNEXPECTED', cause: problem });
}
