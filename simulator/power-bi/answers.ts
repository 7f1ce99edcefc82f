import type { PowerBiIds, PowerBiStatus } from '../../src/vendors/power-bi/types.ts';
import type { SampleFormat } from '../sample-files.ts';
import type { SimulatorResponse } from '../simulator.ts';
import type { JobView, PowerBiJob } from './jobs.ts';
import type { PowerBiSimulatorOptions } from './options.ts';

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

/** Report, workspace or export unknown, or hidden from the caller. */
export function notFound(): SimulatorResponse {
  return refuse(404, 'PowerBIEntityNotFound');
}

/** Too many exports are under way in the capacity; the seconds stand in `Retry-After`. */
export function throttled(seconds: number): SimulatorResponse {
  const answer = refuse(429, 'TooManyRequests', 'Too many requests, try again later.');
  return { ...answer, headers: { 'retry-after': String(seconds) } };
}

export function tokenExpired(): SimulatorResponse {
  return refuse(403, 'TokenExpired', 'Access token has expired, resubmit with a new access token');
}

/** No token, or none of ours; no body is documented. */
export function unauthorized(): SimulatorResponse {
  return { status: 401, headers: { 'www-authenticate': 'Bearer' } };
}

/** What the API says with a status that was ordered. */
export function toFaultAnswer(status: number): SimulatorResponse {
  if (status === 401) return unauthorized();
  if (status === 404) return notFound();
  if (status === 403) return refuse(403, 'PowerBINotAuthorizedException');
  if (status === 429) return refuse(429, 'TooManyRequests', 'Too many requests, try again later.');
  if (status < 500) return refuse(status, 'InvalidRequest', `Simulated fault: HTTP ${status}.`);
  return { status, body: { Message: 'An error has occurred.' } };
}

/** Below the mount point; what an account's base URL ends in. */
export const API_PATH = '/v1.0/myorg';

/** How .NET writes "no date". */
const ZERO_DATE = '0001-01-01T00:00:00Z';

/** What a busy service asks for before the export is started again. */
const BUSY_SECONDS = 60;

const UNFINISHED: ReadonlySet<PowerBiStatus> = new Set<PowerBiStatus>(['Undefined', 'NotStarted', 'Running']);

/** A status answer: 202 while the export is unfinished, 200 after. */
export function toStatusAnswer(
  job: PowerBiJob,
  options: PowerBiSimulatorOptions,
  mountUrl: string,
): SimulatorResponse {
  const view = job.look();
  const manners = { ...options, ...job.plan.manners };
  return {
    status: UNFINISHED.has(view.status) ? 202 : 200,
    headers: toHeaders(job, view, manners),
    body: toBody(job, view, manners, mountUrl),
  };
}

/** The path of an export below the mount point, as answers write it: the id's `=` stays as it is. */
export function toExportPath({ groupId, reportId, exportId }: PowerBiIds): string {
  const workspace = groupId === undefined ? '' : `/groups/${groupId}`;
  return `${API_PATH}${workspace}/reports/${reportId}/exports/${exportId}`;
}

function toHeaders(
  job: PowerBiJob,
  { status }: JobView,
  manners: PowerBiSimulatorOptions,
): Readonly<Record<string, string>> {
  if (status === 'Failed' && job.plan.isBusy === true) return { 'retry-after': String(BUSY_SECONDS) };
  const asksToWait = (status === 'NotStarted' || status === 'Running') && manners.sendsRetryAfter;
  return asksToWait ? { 'retry-after': String(manners.retryAfterSeconds) } : {};
}

function toBody(job: PowerBiJob, view: JobView, manners: PowerBiSimulatorOptions, mountUrl: string): object {
  const { ids, reportName, format, error } = job.plan;
  const { status } = view;
  const isNamed = status !== 'NotStarted' && status !== 'Undefined';
  return {
    ...(manners.sendsContext ? { '@odata.context': toContext(ids) } : {}),
    id: ids.exportId,
    createdDateTime: toTickDate(view.createdAt),
    lastActionDateTime: toTickDate(view.lastActionAt),
    reportId: ids.reportId,
    ...(isNamed ? { reportName } : {}),
    status,
    ...(manners.sendsPercent && status !== 'Undefined' ? { percentComplete: view.percent } : {}),
    ...(status === 'Succeeded' ? toResource(ids, format, manners, mountUrl) : {}),
    expirationTime: view.expiresAt === null ? ZERO_DATE : toTickDate(view.expiresAt),
    ...(status === 'Failed' && error !== undefined ? { error } : {}),
  };
}

function toResource(
  ids: PowerBiIds,
  format: SampleFormat,
  manners: PowerBiSimulatorOptions,
  mountUrl: string,
) {
  const extension = `.${format}`;
  return {
    resourceLocation: `${mountUrl}${toExportPath(ids)}/file`,
    ...(manners.spellsExtensionWithCapital
      ? { ResourceFileExtension: extension }
      : { resourceFileExtension: extension }),
  };
}

function toContext({ groupId }: PowerBiIds): string {
  const workspace = groupId === undefined ? '' : `/groups/${groupId}`;
  return `http://wabi-simulated-redirect.analysis.windows.net/v1.0/myorg${workspace}/$metadata#exports/$entity`;
}

/** UTC with 7 fraction digits, trailing zeros trimmed; the digits below the millisecond are made up. */
export function toTickDate(instant: number): string {
  const text = new Date(instant).toISOString();
  const ticks = String((Math.floor(instant / 1_000) * 7_919) % 10_000).padStart(4, '0');
  return `${text.slice(0, -1)}${ticks}`.replace(/\.?0+$/, '').concat('Z');
}
