import { POWER_BI_LOCATOR } from '../../src/vendors/power-bi/types.ts';
import { answerWithFile } from '../file-answer.ts';
import type {
  SimulatorRequest,
  SimulatorResponse,
  SimulatorSurroundings,
  VendorSimulator,
} from '../simulator.ts';
import {
  notFound,
  refuse,
  refuseField,
  throttled,
  toExportPath,
  toFaultAnswer,
  tokenExpired,
  toStatusAnswer,
  unauthorized,
} from './answers.ts';
import { JobStore, type PowerBiJob } from './jobs.ts';
import { DEFAULT_OPTIONS, type PowerBiSimulatorOptions } from './options.ts';
import { seedJobs } from './seeds.ts';
import { parseStart, toJobPlan } from './start.ts';
import { createTokenEndpoint } from './tokens.ts';

/** The one id that no workspace and no report has. */
const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** How long the capacity asks to wait when too much is under way. */
const THROTTLED_SECONDS = 30;

/** A call below `…/reports/{reportId}/`. */
interface ReportCall {
  readonly request: SimulatorRequest;
  readonly groupId: string | undefined;
  readonly reportId: string;
  readonly rest: readonly string[];
}

/**
 * Plays Power BI's "export to file" API: tokens, start, status and file, in a workspace and in My workspace.
 *
 * The header `x-simulate` of a start says how the export goes; see `StartCall`.
 */
export function createPowerBiSimulator(
  surroundings: SimulatorSurroundings,
  overrides: Partial<PowerBiSimulatorOptions> = {},
): VendorSimulator {
  const options = { ...DEFAULT_OPTIONS, ...overrides };
  const { clock, random, mountUrl } = surroundings;
  const jobs = new JobStore(clock);
  const tokens = createTokenEndpoint(clock, random, options);

  return {
    vendor: 'power-bi',
    handle(request) {
      const [first, second, ...rest] = request.segments;
      if (first === 'v1.0' && second === 'myorg') return answerApi(request, rest);
      if (request.method === 'POST') {
        const endpoint = request.segments.slice(1).join('/');
        if (endpoint === 'oauth2/v2.0/token') return tokens.answer(request, 'v2');
        if (endpoint === 'oauth2/token') return tokens.answer(request, 'v1');
      }
      return { status: 404 };
    },
    seed: () => seedJobs(jobs),
    errorBody: (status) => toFaultAnswer(status).body,
    tokenExpired,
  };

  function answerApi(
    request: SimulatorRequest,
    path: readonly string[],
  ): SimulatorResponse | Promise<SimulatorResponse> {
    const token = tokens.check(request.headers.authorization);
    if (token === 'unknown') return unauthorized();
    if (token === 'expired') return tokenExpired();

    const [groups, groupId = ''] = path;
    const isGroup = groups === 'groups';
    const [reports, reportId = '', ...rest] = isGroup ? path.slice(2) : path;
    if (reports !== 'reports') return notFound();
    if (isGroup && !POWER_BI_LOCATOR.groupId.test(groupId)) return refuseField('groupId', 'Not a UUID.');
    if (!POWER_BI_LOCATOR.reportId.test(reportId)) return refuseField('reportId', 'Not a UUID.');
    if (groupId === NIL_UUID || reportId === NIL_UUID) return notFound();
    if (!isGroup && !options.hasMyWorkspace) return refuse(403, 'PowerBINotAuthorizedException');
    return answerReport({ request, groupId: isGroup ? groupId : undefined, reportId, rest });
  }

  function answerReport(call: ReportCall): SimulatorResponse | Promise<SimulatorResponse> {
    const { request, groupId, reportId, rest } = call;
    const { method } = request;
    const [kind, exportId = '', file] = rest;
    if (method === 'POST' && rest.length === 1 && kind === 'ExportTo') return start(call);
    if ((method !== 'GET' && method !== 'HEAD') || kind !== 'exports') return notFound();

    const job = jobs.find({ ...(groupId === undefined ? {} : { groupId }), reportId, exportId });
    if (job === undefined) return notFound();
    if (rest.length === 2) return toStatusAnswer(job, options, mountUrl);
    const { expiresAt } = job.look();
    const hasFile = expiresAt !== null && clock.now() < expiresAt;
    return rest.length === 3 && file === 'file' && hasFile ? answerWithJobFile(request, job) : notFound();
  }

  function start({ request, groupId, reportId }: ReportCall): SimulatorResponse {
    const words = toWords(request.headers['x-simulate']);
    const refusal = [...words].flatMap((word) => START_REFUSALS.get(word)?.() ?? [])[0];
    if (refusal !== undefined) return refusal;
    const parsed = parseStart(request.body);
    if ('refusal' in parsed) return parsed.refusal;
    if (jobs.countRunning() >= options.maxRunning) return throttled(THROTTLED_SECONDS);
    const job = jobs.add(toJobPlan({ groupId, reportId, order: parsed, words }, random));
    const { ids } = job.plan;
    surroundings.onAccepted?.({ ids: { ...ids }, order: parsed.asked });

    const answer = toStatusAnswer(job, options, mountUrl);
    const { id: _id, ...withoutId } = answer.body as { readonly id?: string };
    return {
      ...answer,
      status: 202,
      headers: { ...answer.headers, location: `${mountUrl}${toExportPath(ids)}` },
      ...(words.has('without-id') ? { body: withoutId } : {}),
    };
  }
}

/** How a start is refused, by its `x-simulate`. */
const START_REFUSALS: ReadonlyMap<string, () => SimulatorResponse> = new Map([
  ['no-capacity', () => refuse(400, 'InvalidRequest', 'The workspace is not on a dedicated capacity.')],
  ['not-available', () => refuse(400, 'FeatureNotAvailableError')],
  ['forbidden', () => refuse(403, 'PowerBINotAuthorizedException')],
  ['not-found', notFound],
  ['throttled', () => throttled(THROTTLED_SECONDS)],
]);

/** `Content-Disposition` is not promised, and not sent. */
async function answerWithJobFile(
  request: SimulatorRequest,
  { file }: PowerBiJob,
): Promise<SimulatorResponse> {
  return answerWithFile(request, { bytes: await file.bytes(), mediaType: file.mediaType });
}

/** Several words are separated by commas. */
function toWords(header: string | undefined): ReadonlySet<string> {
  return new Set((header ?? '').split(',').map((word) => word.trim().toLowerCase()));
}
