import { EXPORT_TEMPLATE, IDENTITY, REPORT_ID, REPORT_TYPE } from './ids.ts';
import type { Owner } from './owners.ts';
import type { Job } from './vendor-jobs.ts';

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: object | string;
}

/** What the answers of one call are made of. */
export interface Asked {
  readonly owner: Owner;
  /** The path behind the base URL's area, piece by piece. */
  readonly parts: readonly string[];
  /** Where files are stored. */
  readonly store: string;
  readonly now: number;
  findJob(number: number): Job;
  /** The newest ones. */
  readonly listed: readonly Job[];
}

/** Who it belongs to, recognisably, in whatever field it stands. */
export function toCanary({ name }: Owner, field: string): string {
  return `CANARY-${name}-${field}`;
}

/** How each vendor answers, every text of it holding a canary. */
export const ANSWERS = {
  'power-bi': answerAsPowerBi,
  'hi-energy': answerAsHiEnergy,
  talkdesk: answerAsTalkdesk,
  'web-admit': answerAsWebAdmit,
} as const satisfies Record<Owner['vendor'], (asked: Asked) => Answer>;

/** A stored file's own words. */
export function toFileText(owner: Owner, number: number): string {
  return `${toCanary(owner, 'file')};${number}\n`.repeat(8);
}

function answerAsPowerBi({ owner, parts, findJob, now }: Asked): Answer {
  const [, , , , , exportId = '', file] = parts;
  const job = findJob(toNumber(exportId));
  if (file === 'file') {
    const headers = { 'content-type': 'application/pdf', etag: `"${toCanary(owner, 'etag')}"` };
    return job.phase === 'done' ? { headers, body: toFileText(owner, job.number) } : { status: 404 };
  }
  return {
    body: {
      id: exportId,
      status: {
        queued: 'NotStarted',
        running: 'Running',
        odd: toCanary(owner, 'word'),
        done: 'Succeeded',
        failed: 'Failed',
      }[job.phase],
      percentComplete: job.percent,
      createdDateTime: job.createdAt,
      reportName: toCanary(owner, 'report'),
      reportId: REPORT_ID,
      resourceLocation: `https://api.powerbi.test/${toCanary(owner, 'place')}/file`,
      resourceFileExtension: '.pdf',
      expirationTime: new Date(now + 86_400_000).toISOString(),
      ...(job.phase === 'failed'
        ? { error: { code: toCanary(owner, 'code'), message: toCanary(owner, 'why') } }
        : {}),
    },
  };
}

function answerAsHiEnergy(asked: Asked): Answer {
  const [, , , id] = asked.parts;
  if (id === undefined)
    return { body: { exports: asked.listed.map((job) => toHiEnergy(asked, job, false)) } };
  return { body: { export: toHiEnergy(asked, asked.findJob(Number(id)), true) } };
}

function toHiEnergy({ owner, store }: Asked, job: Job, isWhole: boolean): object {
  const file = { download_url: toLink(store, owner, job), download_expires_in_seconds: 3_600 };
  return {
    id: job.number,
    report_type: `${toCanary(owner, 'type')}_excel`,
    status: {
      queued: 'pending',
      running: 'processing',
      odd: toCanary(owner, 'word'),
      done: 'completed',
      failed: 'failed',
    }[job.phase],
    display_name: toCanary(owner, 'name'),
    status_display: toCanary(owner, 'status'),
    parameters: { filter: toCanary(owner, 'filter') },
    filename: `${toCanary(owner, 'file')}.xlsx`,
    error_message: job.phase === 'failed' ? toCanary(owner, 'why') : null,
    chunked_export: true,
    progress: { parts_ready: job.percent, total_parts: 100 },
    created_at: job.createdAt,
    ...(job.phase === 'done' && isWhole ? file : {}),
  };
}

function answerAsTalkdesk(asked: Asked): Answer {
  const [, , reportType = REPORT_TYPE, what, id] = asked.parts;
  if (id === undefined)
    return { body: { _embedded: { jobs: asked.listed.map((job) => toTalkdesk(asked.owner, job)) } } };
  const job = asked.findJob(toNumber(id));
  if (what !== 'files') return { body: { job: { ...toTalkdesk(asked.owner, job), type: reportType } } };
  if (job.phase !== 'done')
    return { status: 404, body: { code: 'NOT_FOUND', message: toCanary(asked.owner, 'error') } };
  return { status: 302, headers: { location: toLink(asked.store, asked.owner, job) } };
}

function toTalkdesk(owner: Owner, job: Job): object {
  return {
    id: `job-${job.number}`,
    status: {
      queued: 'created',
      running: 'processing',
      odd: toCanary(owner, 'word'),
      done: 'done',
      failed: 'failed',
    }[job.phase],
    name: toCanary(owner, 'name'),
    timezone: toCanary(owner, 'zone'),
    format: 'csv',
    created_at: job.createdAt,
  };
}

function answerAsWebAdmit(asked: Asked): Answer {
  const [, , what, id = '', , run] = asked.parts;
  if (what === 'user_identities') {
    const runs = { export_files: asked.listed.map((job) => toWebAdmit(asked, job, false)) };
    return { body: id === '' ? { user_identities: [{ id: Number(IDENTITY) }] } : runs };
  }
  return { body: { export_files: toWebAdmit(asked, asked.findJob(Number(run)), true) } };
}

function toWebAdmit({ owner, store }: Asked, job: Job, isWhole: boolean): object {
  return {
    id: job.number,
    href: `/api/v1/exports/${EXPORT_TEMPLATE}/export_files/${job.number}`,
    export_id: Number(EXPORT_TEMPLATE),
    status: {
      queued: 'Queued',
      running: 'In Progress',
      odd: toCanary(owner, 'word'),
      done: 'Available',
      failed: 'Failed',
    }[job.phase],
    ...(job.phase === 'done' && isWhole ? { download_url: toLink(store, owner, job) } : {}),
  };
}

function toLink(store: string, owner: Owner, { number }: Job): string {
  const name = `response-content-disposition=attachment%3B%20filename%3D%22${toCanary(owner, 'stored')}.csv%22`;
  return `${store}/${owner.name}/${number}/${toCanary(owner, 'link')}.csv?${name}`;
}

function toNumber(id: string): number {
  return Number(id.split('-').at(-1));
}
