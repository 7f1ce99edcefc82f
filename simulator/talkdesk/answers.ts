import type { SimulatorResponse } from '../simulator.ts';
import type { ReportJob } from './jobs.ts';
import type { TalkdeskSimulatorOptions } from './options.ts';

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

/** Writes the simulator's answers, in the spelling that the options ask for. */
export class BodyWriter {
  private readonly mountUrl: string;
  private readonly options: TalkdeskSimulatorOptions;

  /** @param mountUrl - without a trailing slash */
  constructor(mountUrl: string, options: TalkdeskSimulatorOptions) {
    this.mountUrl = mountUrl;
    this.options = options;
  }

  /** A created job. */
  created(job: ReportJob): SimulatorResponse {
    const body = this.options.createBody === 'flat' ? this.flat(job) : this.wrapped(job);
    return { status: this.options.createStatus, body };
  }

  /** A status answer: 200 with the job, and a redirect to its file once it is done. */
  status(job: ReportJob): SimulatorResponse {
    const body = this.wrapped(job);
    const { doneStatus } = this.options;
    if (job.look() !== 'done' || doneStatus === 200) return { status: 200, body };
    return { status: doneStatus, headers: { location: this.filesUrl(job) }, body };
  }

  /** A job whose file was deleted, or that was told to stop. */
  deleted(job: ReportJob): SimulatorResponse {
    const { deleteStatus } = this.options;
    return deleteStatus === 204 ? { status: 204 } : { status: deleteStatus, body: this.wrapped(job) };
  }

  /** One page of a list. @param newestFirst - every job of the type */
  page(type: string, newestFirst: readonly ReportJob[], page: number, perPage: number): SimulatorResponse {
    const jobs = newestFirst.slice((page - 1) * perPage, page * perPage);
    const link = (number: number) => ({
      href: this.toLink(`/data/reports/${type}/jobs?page=${number}&per_page=${perPage}`),
    });
    const body = {
      total: newestFirst.length,
      count: jobs.length,
      page,
      per_page: perPage,
      ...(jobs.length === 0 ? {} : { _embedded: { jobs: jobs.map((job) => this.flat(job)) } }),
      _links: {
        self: link(page),
        ...(page * perPage < newestFirst.length ? { next: link(page + 1) } : {}),
        ...(page > 1 ? { prev: link(page - 1) } : {}),
      },
    };
    return { status: 200, body };
  }

  private wrapped(job: ReportJob): object {
    return { job: this.fields(job), _links: this.links(job) };
  }

  private flat(job: ReportJob): object {
    return { ...this.fields(job), _links: this.links(job) };
  }

  private fields(job: ReportJob): object {
    const { id, type, order, createdAt } = job;
    const word = job.look();
    return {
      id,
      ...(order.name === null ? {} : { name: order.name }),
      type,
      status: this.options.isUpperCase ? word.toUpperCase() : word,
      format: order.format,
      timezone: order.timezone,
      timespan: order.timespan,
      // Without its zone, as in real traffic.
      created_at: new Date(createdAt).toISOString().slice(0, 19),
    };
  }

  private links({ id, type }: ReportJob): object {
    return {
      self: { href: this.toLink(`/data/reports/${type}/jobs/${id}`) },
      files: { href: this.toLink(`/data/reports/${type}/files/${id}`) },
    };
  }

  private filesUrl({ id, type }: ReportJob): string {
    return this.toLink(`/data/reports/${type}/files/${id}`);
  }

  private toLink(path: string): string {
    const prefix = this.options.links === 'absolute' ? this.mountUrl : new URL(this.mountUrl).pathname;
    return `${prefix.replace(/\/$/, '')}${path}`;
  }
}
