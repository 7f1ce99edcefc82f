import { EXPORT_ID_PATTERN } from '../../src/vendors/hi-energy/types.ts';
import { DEMO_HI_ENERGY_API_KEY } from '../demo-credentials.ts';
import type {
  SimulatorRequest,
  SimulatorResponse,
  SimulatorSurroundings,
  VendorSimulator,
} from '../simulator.ts';
import type { SimulatedExport } from './jobs.ts';
import { createSeededExports, OTHER_KEY, READ_ONLY_KEY, toSeededJobs } from './seeds.ts';
import { type ConflictShape, createStarter, refuseRights } from './start.ts';
import { answer, type ExportWriter, refuse, toErrorBody, writeExport } from './wire.ts';

/** What can be set about the simulated Hi Energy; times are simulated milliseconds. */
export interface HiEnergySimulatorOptions {
  /** Credentials accepted beside the two built-in ones; each sees only its own exports. */
  readonly keys?: readonly string[];
  /** The vendor gives 1,000 to publisher accounts and 10,000 to others; the latter is the default. */
  readonly requestsPerHour?: number;
  /** How long a completed export answers an identical start; the vendor publishes no length. Default ten minutes. */
  readonly dedupeWindowMs?: number;
  /** What a start that is taken is answered with; no number is documented. Default 201. */
  readonly startStatus?: 200 | 201 | 202;
  /**
   * Where a 409 holds the export in flight, which is documented without its place: at the top (default), in the error's details, in
   * details beside the error, or nowhere.
   */
  readonly conflictShape?: ConflictShape;
}

const HOUR_MS = 3_600_000;
/** The codes that faults ordered from outside carry. */
const FAULT_CODES: Readonly<Record<number, string>> = {
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  422: 'VALIDATION_ERROR',
  429: 'RATE_LIMITED',
};

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;

/** Hi Energy's export reports played from a script: keys, scopes, list, chunks, dedupe, fresh links, hourly budget. */
export function createHiEnergySimulator(
  surroundings: SimulatorSurroundings,
  options: HiEnergySimulatorOptions = {},
): VendorSimulator {
  const { clock } = surroundings;
  const keys = new Set([DEMO_HI_ENERGY_API_KEY, OTHER_KEY, READ_ONLY_KEY, ...(options.keys ?? [])]);
  /** Oldest first. */
  const exports: SimulatedExport[] = [];
  const write = (entry: SimulatedExport, hasLink: boolean) => writeExport(surroundings, entry, hasLink);
  const spend = createBudget(() => clock.now(), options.requestsPerHour ?? 10_000);
  const start = createStarter({
    clock,
    exports,
    write,
    dedupeWindowMs: options.dedupeWindowMs ?? 10 * 60_000,
    startStatus: options.startStatus ?? 201,
    conflictShape: options.conflictShape ?? 'top',
    onAccepted: surroundings.onAccepted,
  });

  function route(request: SimulatorRequest, owner: string): SimulatorResponse {
    const [resource, id, ...rest] = toApiPath(request);
    if (resource !== 'exports' || rest.length > 0) return refuse(404, 'NOT_FOUND', 'Resource not found');
    const own = exports.filter((entry) => entry.owner === owner);
    if (id === undefined && request.method === 'POST')
      return owner === READ_ONLY_KEY ? refuseRights() : start(request, owner);
    if (request.method !== 'GET') return refuse(404, 'NOT_FOUND', 'Resource not found');
    return id === undefined ? list(own, request.query.get('limit'), write) : show(own, id, write);
  }

  return {
    vendor: 'hi-energy',
    handle(request) {
      const owner = readCredential(request);
      if (owner === undefined || !keys.has(owner))
        return refuse(401, 'UNAUTHORIZED', 'Invalid or missing API key');
      const { headers, isSpent } = spend(owner);
      const response = isSpent
        ? refuse(429, 'RATE_LIMITED', 'Rate limit exceeded. Try again later.')
        : route(request, owner);
      return { ...response, headers: { ...response.headers, ...headers } };
    },
    seed() {
      exports.push(...createSeededExports(clock));
      return toSeededJobs();
    },
    errorBody: (status) =>
      toErrorBody(FAULT_CODES[status] ?? 'INTERNAL_ERROR', `Simulated fault: HTTP ${status}`),
  };
}

/** The vendor writes its paths with and without `/api/v1`; both are the same operation. */
function toApiPath({ segments }: SimulatorRequest): readonly string[] {
  const parts = segments.filter((segment) => segment !== '');
  return parts[0] === 'api' && parts[1] === 'v1' ? parts.slice(2) : parts;
}

/** The key header where there is one, else the bearer token. The query parameter of old is not accepted. */
function readCredential({ headers }: SimulatorRequest): string | undefined {
  return headers['x-api-key'] ?? /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

function list(own: readonly SimulatedExport[], limit: string | null, write: ExportWriter): SimulatorResponse {
  if (limit !== null && !/^[1-9]\d{0,5}$/.test(limit))
    return refuse(422, 'VALIDATION_ERROR', 'limit must be a positive integer');
  const count = Math.min(MAX_LIMIT, limit === null ? DEFAULT_LIMIT : Number(limit));
  const newest = own.slice(-count).reverse();
  // The list shows no links; the documentation leaves open whether the real one does.
  return answer(200, { exports: newest.map((entry) => write(entry, false)) });
}

function show(own: readonly SimulatedExport[], id: string, write: ExportWriter): SimulatorResponse {
  const entry = EXPORT_ID_PATTERN.test(id) ? own.find((candidate) => String(candidate.id) === id) : undefined;
  // Another credential's export is not found either: its existence is not disclosed.
  if (entry === undefined) return refuse(404, 'NOT_FOUND', 'Resource not found');
  return answer(200, { export: write(entry, true) });
}

/** Counts each credential's requests of the running hour. */
function createBudget(now: () => number, requestsPerHour: number) {
  const hours = new Map<string, { readonly endsAt: number; used: number }>();
  return (
    owner: string,
  ): { readonly headers: Readonly<Record<string, string>>; readonly isSpent: boolean } => {
    let hour = hours.get(owner);
    if (hour === undefined || now() >= hour.endsAt) hour = { endsAt: now() + HOUR_MS, used: 0 };
    hours.set(owner, hour);
    hour.used += 1;
    return {
      isSpent: hour.used > requestsPerHour,
      headers: {
        'x-ratelimit-limit': String(requestsPerHour),
        'x-ratelimit-remaining': String(Math.max(0, requestsPerHour - hour.used)),
        // Seconds from now: the vendor does not state the unit, and this one survives a simulated clock.
        'x-ratelimit-reset': String(Math.ceil((hour.endsAt - now()) / 1_000)),
      },
    };
  };
}
