import { KNOWN_REPORT_TYPES } from '../../src/vendors/talkdesk/types.ts';
import type {
  SeededJob,
  SimulatorRequest,
  SimulatorResponse,
  SimulatorSurroundings,
  VendorSimulator,
} from '../simulator.ts';
import {
  BodyWriter,
  failPlatform,
  Refusal,
  refuse,
  refuseOrder,
  TEXT_NOT_FOUND,
  toErrorBody,
} from './answers.ts';
import { createReportJob, PLANS, type ReportJob, toSteps } from './jobs.ts';
import { DEFAULT_OPTIONS, type TalkdeskSimulatorOptions } from './options.ts';
import { parseOrder } from './orders.ts';
import { createSeeds } from './seeds.ts';
import { createRequestWindow, createUuid, createWord, TokenDesk } from './tokens.ts';

/** A signed link lives for a quarter of an hour. */
const LINK_LIFETIME_MS = 900_000;

/** How long `x-simulate: lingering` lets a job go on that was told to stop. */
const LINGERING_MS = 10_000;
/** More jobs than a demo starts; the oldest go first. */
const MAX_JOBS = 10_000;

/** How a create call is refused, by its `x-simulate`. */
const REFUSALS: Readonly<Record<string, () => Refusal>> = {
  misconfigured: () => refuse(403, 'The inputs of the report are misconfigured'),
  'audit-unavailable': () => refuse(503),
};

const DEFAULT_PER_PAGE = 20;
const MAX_PER_PAGE = 200;

/**
 * Plays Talkdesk's token server and its report jobs: create, list, status, file, delete.
 *
 * A create call obeys `x-simulate: failed | canceled | slow | instant | misconfigured | audit-unavailable`, a delete
 * `x-simulate: lingering`, any call `x-simulate: server-error`.
 */
export function createTalkdeskSimulator(
  { clock, random, mountUrl, files, onAccepted }: SimulatorSurroundings,
  overrides: Partial<TalkdeskSimulatorOptions> = {},
): VendorSimulator {
  const options = { ...DEFAULT_OPTIONS, ...overrides };
  const tokens = new TokenDesk(clock, random, options);
  const write = new BodyWriter(mountUrl, options);
  const takeTurn = createRequestWindow(clock, options);
  /** Oldest first. */
  const jobs: ReportJob[] = [];

  return {
    vendor: 'talkdesk',
    handle(request) {
      try {
        return answer(request);
      } catch (error) {
        if (error instanceof Refusal) return error.response;
        throw error;
      }
    },
    seed(): readonly SeededJob[] {
      const seeds = createSeeds(clock);
      jobs.push(...seeds.map(({ job }) => job));
      return seeds.map(({ job, ends }) => ({
        ids: { reportType: job.type, jobId: job.id },
        ends,
        title: job.order.name ?? job.type,
      }));
    },
    errorBody: (status) => toErrorBody(status),
    tokenExpired: () => refuse(options.expiredTokenStatus, 'Token expired').response,
  };

  function answer(request: SimulatorRequest): SimulatorResponse {
    const [root, reports, type = '', resource, id, ...rest] = request.segments;
    if (request.method === 'POST' && request.path === '/oauth/token') return tokens.issue(request);
    if (root !== 'data' || reports !== 'reports' || rest.length > 0) throw notFound();
    const isRead = request.method === 'GET';
    tokens.check(request, isRead ? 'data-reports:read' : 'data-reports:write');
    takeTurn();
    if (request.headers['x-simulate'] === 'server-error') throw failPlatform(createWord(random, 16));
    if (!KNOWN_REPORT_TYPES.includes(type))
      throw refuse(400, undefined, [{ name: 'type', description: 'unknown report type' }]);

    const asked = `${request.method} ${resource}${id === undefined ? '' : '/id'}`;
    switch (asked) {
      case 'POST jobs':
        return create(type, request);
      case 'GET jobs':
        return list(type, request.query);
      case 'GET jobs/id':
        return write.status(find(type, id));
      case 'GET files/id':
        return showFile(find(type, id));
      case 'DELETE files/id':
        return deleteFile(find(type, id), request.headers['x-simulate']);
      default:
        throw notFound();
    }
  }

  function create(type: string, { body, headers }: SimulatorRequest): SimulatorResponse {
    const order = parseOrder(body);
    const word = headers['x-simulate'] ?? 'normal';
    const refusal = Object.hasOwn(REFUSALS, word) ? REFUSALS[word]?.() : undefined;
    if (refusal !== undefined) throw refusal;
    const plan = Object.hasOwn(PLANS, word) ? PLANS[word] : undefined;
    if (plan === undefined) {
      const words = [...Object.keys(PLANS), ...Object.keys(REFUSALS)].join(', ');
      throw refuseOrder([{ name: 'x-simulate', description: `x-simulate must be one of ${words}` }]);
    }
    const id = createUuid(random);
    const job = createReportJob(clock, { id, type, order, steps: toSteps(plan), start: 'now' });
    jobs.push(job);
    if (jobs.length > MAX_JOBS) jobs.shift();
    onAccepted?.({ ids: { reportType: type, jobId: id }, order });
    return write.created(job);
  }

  function list(type: string, query: URLSearchParams): SimulatorResponse {
    const page = toWhole(query, 'page', 1, Number.MAX_SAFE_INTEGER);
    const perPage = toWhole(query, 'per_page', DEFAULT_PER_PAGE, MAX_PER_PAGE);
    const newestFirst = jobs
      .filter((job) => job.type === type)
      .reverse()
      .sort((left, right) => right.createdAt - left.createdAt);
    return write.page(type, newestFirst, page, perPage);
  }

  /** The second hop: a short note, and a link that is signed for this one call. */
  function showFile(job: ReportJob): SimulatorResponse {
    if (job.look() !== 'done') throw notFound();
    return {
      status: 303,
      headers: {
        location: files.presign(job.file, LINK_LIFETIME_MS, 'v4'),
        'content-type': 'text/plain; charset=utf-8',
      },
      body: 'See Other\n',
    };
  }

  /** Takes away the file of a job that is done, and stops one that is under way: there is one call for both. */
  function deleteFile(job: ReportJob, word: string | undefined): SimulatorResponse {
    const status = job.look();
    if (status === 'deleted' || status === 'failed' || status === 'canceled')
      throw refuse(403, `The job is already ${status}`);
    if (status !== 'done') job.cancel(word === 'lingering' ? LINGERING_MS : options.cancelTakesMs);
    else if (options.deletesDone) job.isDeleted = true;
    else throw refuse(403, 'The job is already done');
    return write.deleted(job);
  }

  function find(type: string, id: string | undefined): ReportJob {
    const job = jobs.find((candidate) => candidate.id === id && candidate.type === type);
    if (job === undefined) throw notFound();
    return job;
  }

  function notFound(): Refusal {
    return options.hasTextNotFound ? TEXT_NOT_FOUND : refuse(404);
  }
}

/** @throws Refusal for anything but a whole number from 1 */
function toWhole(query: URLSearchParams, name: string, standard: number, most: number): number {
  const text = query.get(name);
  if (text === null) return standard;
  const number = Number(text);
  if (/^[1-9]\d{0,8}$/.test(text) && number <= most) return number;
  throw refuseOrder([{ name, description: `${name} does not have a valid value` }]);
}
