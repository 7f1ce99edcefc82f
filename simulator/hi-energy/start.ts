import type { Clock } from '../../src/runtime/clock.ts';
import type { AcceptedOrder, SimulatorRequest, SimulatorResponse } from '../simulator.ts';
import {
  createChunks,
  createReportFile,
  type JobPlan,
  playJob,
  REPORT_TITLES,
  type SimulatedExport,
  type StartRequest,
} from './jobs.ts';
import { answer, type ExportWriter, refuse } from './wire.ts';

/** Where a 409 holds the export in flight. */
export type ConflictShape = 'top' | 'error-details' | 'details' | 'none';

/** What a start order stands on. */
export interface StarterParts {
  readonly clock: Clock;
  /** Oldest first; started exports are added. */
  readonly exports: SimulatedExport[];
  readonly write: ExportWriter;
  readonly dedupeWindowMs: number;
  readonly startStatus: number;
  readonly conflictShape: ConflictShape;
  readonly onAccepted?: ((order: AcceptedOrder) => void) | undefined;
}

const FIRST_STARTED_ID = 6_001n;

/** More exports than a demo starts; the oldest go first. */
const MAX_EXPORTS = 10_000;

/** How a started export goes; the header `x-simulate` of the start picks one. Times are simulated milliseconds. */
const PLANS: Readonly<Record<string, JobPlan>> = {
  normal: { pendingMs: 2_000, processingMs: 8_000, ends: 'completed' },
  failed: { pendingMs: 2_000, processingMs: 6_000, ends: 'failed' },
  instant: { pendingMs: 0, processingMs: 0, ends: 'completed' },
  slow: { pendingMs: 30_000, processingMs: 300_000, ends: 'completed' },
  chunked: { pendingMs: 2_000, processingMs: 32_000, ends: 'completed', parts: 8 },
};

/** Plays `POST /exports`: 201 with a new export, 200 with a recent identical one, 409 with one in flight. */
export function createStarter(parts: StarterParts) {
  const { clock, exports, write, dedupeWindowMs } = parts;
  let nextId = FIRST_STARTED_ID;

  function findIdentical(owner: string, order: StartRequest): SimulatedExport | undefined {
    const wanted = toCanonical(order);
    return exports.findLast((entry) => {
      if (entry.owner !== owner || entry.parentId !== null || toCanonical(entry.request) !== wanted)
        return false;
      const { word, completedAt } = entry.look();
      return word !== 'failed' && (completedAt === null || clock.now() - completedAt < dedupeWindowMs);
    });
  }

  return (request: SimulatorRequest, owner: string): SimulatorResponse => {
    const order = readOrder(request.body);
    if ('status' in order) return order;
    const word = request.headers['x-simulate'] ?? 'normal';
    if (word === 'forbidden') return refuseRights();
    const plan = Object.hasOwn(PLANS, word) ? PLANS[word] : undefined;
    if (plan === undefined)
      return refuse(
        422,
        'VALIDATION_ERROR',
        `x-simulate must be one of ${[...Object.keys(PLANS), 'forbidden'].join(', ')}`,
      );

    const identical = findIdentical(owner, order);
    if (identical !== undefined && identical.look().word === 'completed')
      return answer(200, { export: write(identical, true), deduped: true });
    if (identical !== undefined) return refuseConflict(parts.conflictShape, write(identical, true));

    const title = REPORT_TITLES[order.report_type] ?? order.report_type;
    const started: SimulatedExport = {
      id: nextId,
      owner,
      request: order,
      title,
      parentId: null,
      file: createReportFile(nextId, order.report_type, title, clock.now()),
      errorMessage: plan.ends === 'failed' ? 'Export could not be generated' : null,
      look: playJob(clock, plan, 'now'),
    };
    exports.push(started, ...createChunks(started, plan, clock.now()));
    exports.splice(0, exports.length - MAX_EXPORTS);
    nextId += BigInt(1 + (plan.parts ?? 0));
    parts.onAccepted?.({ ids: { exportId: String(started.id) }, order });
    return answer(parts.startStatus, { export: write(started, true) });
  };
}

/** A key that may not start anything. */
export function refuseRights(): SimulatorResponse {
  return refuse(403, 'FORBIDDEN', 'This key may not create exports');
}

/** That the export in flight is attached is documented, where it is not. */
function refuseConflict(shape: ConflictShape, running: Readonly<Record<string, unknown>>): SimulatorResponse {
  const error = { code: 'CONFLICT', message: 'An identical export is already in progress' };
  const bodies: Readonly<Record<ConflictShape, Readonly<Record<string, unknown>>>> = {
    top: { error, export: running },
    'error-details': { error: { ...error, details: { export: running } } },
    details: { error, details: { export: running } },
    none: { error },
  };
  return answer(409, bodies[shape]);
}

function readOrder(body: string): StartRequest | SimulatorResponse {
  const json = parseJson(body);
  if (!isRecord(json)) return refuse(400, 'BAD_REQUEST', 'The body must be a JSON object');
  const { report_type: reportType, search_params: search = {}, index_params: index = {} } = json;
  if (typeof reportType !== 'string' || !Object.hasOwn(REPORT_TITLES, reportType))
    return refuse(
      422,
      'VALIDATION_ERROR',
      `report_type must be one of ${Object.keys(REPORT_TITLES).join(', ')}`,
    );
  if (!isRecord(search) || !isRecord(index))
    return refuse(422, 'VALIDATION_ERROR', 'search_params and index_params must be objects');
  return { report_type: reportType, search_params: search, index_params: index };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The same text for orders that differ only in the order of their fields. */
function toCanonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toCanonical).join()}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const fields = Object.keys(value).sort();
  return `{${fields.map((field) => `${JSON.stringify(field)}:${toCanonical(value[field])}`).join()}}`;
}
