import { InputError } from '../../export/errors.ts';
import type { ExportOrder, StartedSearch } from '../../export/ports.ts';
import type { AccountClient, AccountResponse } from '../../http/types.ts';
import { field } from '../shared/answers.ts';
import { idRule, optional } from '../shared/id-rules.ts';
import { parseInstant } from '../shared/instant.ts';
import {
  type FreeForm,
  isFromOrder,
  type OrderInput,
  reachesBack,
  readFreeForm,
  readInstant,
  readText,
  readWord,
  toOrderError,
  withoutAbsent,
} from '../shared/orders.ts';
import { ACCEPTED_WORD } from './mapping.ts';
import { type JobReading, parseJob, TALKDESK_LOCATOR, type TalkdeskDetails, type WireJob } from './types.ts';

/** A report job, as a caller asked for it. */
export interface TalkdeskOrder {
  readonly reportType: string;
  readonly name?: string | undefined;
  readonly timezone?: string | undefined;
  readonly format?: string | undefined;
  /** RFC 3339 in UTC. */
  readonly from: string;
  readonly to: string;
  readonly parameters?: FreeForm | undefined;
}

const NAME = optional(idRule(/^[^\p{Cc}]{1,200}$/u, '1 to 200 characters without control characters'));
const TIMEZONE = optional(
  idRule(/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/, 'an IANA time zone such as Europe/Lisbon'),
);
/** Source: Talkdesk API docs, "Create a report job", field `format`; read 2026-11. */
const FORMAT = optional(idRule(/^(?:csv|json|json_bulk)$/, 'one of csv, json, json_bulk'));

/** See `VendorInfo.parseOrder`. How long a timespan may be is left to the vendor: it says "about a month". */
export function parseOrder(input: OrderInput, where: string): ExportOrder {
  const order: TalkdeskOrder = {
    reportType: readWord(input, 'reportType', where, TALKDESK_LOCATOR.reportType),
    name: readText(input, 'name', where, NAME),
    timezone: readText(input, 'timezone', where, TIMEZONE),
    format: readText(input, 'format', where, FORMAT),
    from: readInstant(input, 'from', where),
    to: readInstant(input, 'to', where),
    parameters: readFreeForm(input, 'parameters', where),
  };
  if (order.from >= order.to)
    throw new InputError(`${where}.to must be later than ${where}.from.`, `${where}.to`);
  return { ...withoutAbsent(order) };
}

/** The body of a job's creation: the vendor's further parameters, and over them what has a field of its own. */
export function toOrderBody({ reportType: _, parameters, from, to, ...named }: TalkdeskOrder): FreeForm {
  return { ...parameters, ...withoutAbsent(named), timespan: { from, to } };
}

/** A job that an order has begun. */
export interface StartedJob {
  readonly jobId: string;
  readonly reading: JobReading;
}

/** The job in a good answer to an order, wrapped or flat. @throws StartError, VendorError */
export function readOrderAnswer(http: AccountClient, response: AccountResponse, ordered: string): StartedJob {
  const { status, json, receivedAt } = response;
  if (status >= 300) throw toOrderError(http, response, ordered, readMessages(json));
  const job = parseJob(json);
  if (job === undefined || !hasId(job))
    throw http.toLostAnswer(response, ordered, '"id" is missing or no id');
  return { jobId: job.id, reading: { word: job.status ?? ACCEPTED_WORD, job, receivedAt } };
}

/** The words of a refusal, with what they say about each field. */
function readMessages(json: unknown): readonly unknown[] {
  const fields = field(json, 'fields');
  const details = Array.isArray(fields) ? fields.slice(0, 10) : [];
  return [
    field(json, 'message'),
    field(json, 'description'),
    ...details.map((detail) => field(detail, 'description') ?? field(detail, 'name')),
  ];
}

/**
 * What tells jobs that are there already from one that an order starts: the ids of those that could be taken for it, and that do not
 * tell when they were made; and of those that do not, that of the newest one, by which it is known later whether the list still reaches back to the order.
 */
export function toMark(jobs: readonly WireJob[], order: TalkdeskOrder): string {
  const untimed = jobs.filter((job) => hasId(job) && job.createdAt === null);
  const noted = untimed.filter((job, index) => index === 0 || isAlike(job, order));
  return JSON.stringify(noted.map(({ id }) => id));
}

/** Whether a page that is full holds a job from before an order was sent. */
export function reachesOrder(jobs: readonly WireJob[], { sentAt, mark }: StartedSearch): boolean {
  const known = mark === null ? [] : readMark(mark);
  return (
    jobs.some(({ id }) => known.includes(id)) ||
    reachesBack(
      jobs.map(({ createdAt }) => parseInstant(createdAt)),
      sentAt,
    )
  );
}

/**
 * Whether a job in the list may be what an order has started: it asks for the same, and was made when the order was sent. One that does
 * not tell when it was made, as the documented list does not, is it only where it was not there before.
 */
export function isStartedBy(
  job: WireJob,
  { order, sentAt, mark }: StartedSearch,
): job is WireJob & { readonly id: string } {
  if (!hasId(job) || !isAlike(job, order as unknown as TalkdeskOrder)) return false;
  if (job.createdAt !== null) return isFromOrder(parseInstant(job.createdAt), sentAt);
  return mark !== null && !readMark(mark).includes(job.id);
}

/** See `VendorInfo.kindOf`. */
export function kindOf({ details }: { readonly details: unknown }): string {
  return (details as TalkdeskDetails).reportType;
}

/** What was not ordered is the vendor's to choose. Instants to the second: some answers have no fraction, and none has a zone. */
function isAlike(job: WireJob, order: TalkdeskOrder): boolean {
  const { name, timezone, format } = toOrderBody(order);
  return (
    isChoice(job.name, name) &&
    isChoice(job.timezone, timezone) &&
    isChoice(job.format, format) &&
    isSecond(job.from, order.from) &&
    isSecond(job.to, order.to)
  );
}

function isChoice(told: string | null, ordered: unknown): boolean {
  return ordered === undefined || told === ordered;
}

function isSecond(told: string | null, ordered: string): boolean {
  const toldMs = parseInstant(told);
  return toldMs !== null && Math.floor(toldMs / 1_000) === Math.floor(Date.parse(ordered) / 1_000);
}

function hasId(job: WireJob): job is WireJob & { readonly id: string } {
  return job.id !== null && TALKDESK_LOCATOR.jobId.test(job.id);
}

function readMark(mark: string): readonly unknown[] {
  const ids: unknown = JSON.parse(mark);
  return Array.isArray(ids) ? ids : [];
}
