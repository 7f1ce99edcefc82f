import type { SeededJob, SimulatorRequest, SimulatorSurroundings, VendorSimulator } from '../simulator.ts';
import {
  notFound,
  Refusal,
  toErrorBody,
  toIdentityBody,
  toJsonAnswer,
  toRunBody,
  toTemplateListBody,
} from './answers.ts';
import { createRateBudget } from './budget.ts';
import { isCallbackUri, postCallback } from './callback.ts';
import { IDENTITIES, type Identity, TEMPLATES, type Template } from './catalogue.ts';
import { DEFAULT_OPTIONS, type WebAdmitSimulatorOptions } from './options.ts';
import { type Run, RunBook, type RunPlan, toRunPlan } from './runs.ts';
import { seedRuns } from './seeds.ts';

/** A link lives under 30 seconds. */
const LINK_LIFETIME_MS = 25_000;

/** What the vendor calls the resources whose 404 names them; the misspelling is real. */
const NAMED_RESOURCES: ReadonlyMap<string, string> = new Map([
  ['programs', 'Program'],
  ['applicants', 'Applicant'],
  ['custom_fields', 'CustomeField'],
]);

interface Success {
  readonly status: 200 | 201;
  readonly body: object;
}

/** Documented for 401 is an empty body, for the other refusals a message; a broken platform is expected to say nothing. */
function toFaultBody(status: number): object | string {
  if (status === 401 || status >= 500) return '';
  return { message: status === 404 ? 'Not Found' : `Simulated fault: HTTP ${status}.` };
}

/**
 * Plays WebAdMIT API v1: identities, templates, starting runs, their status singly and in a batch.
 *
 * A start obeys `x-simulate`; see `toRunPlan`.
 */
export function createWebAdmitSimulator(
  surroundings: SimulatorSurroundings,
  overrides: Partial<WebAdmitSimulatorOptions> = {},
): VendorSimulator {
  const options = { ...DEFAULT_OPTIONS, ...overrides };
  const { clock, random, files } = surroundings;
  const runs = new RunBook(clock);
  const budget = createRateBudget(clock, options.callsPerHour);

  return {
    vendor: 'web-admit',
    handle(request) {
      const key = request.headers['x-api-key'] ?? '';
      if (!options.keys.includes(key)) return { status: 401 };
      const rate = budget.spend(key);
      try {
        if (!rate.isGranted) throw new Refusal(options.overLimitStatus, 'Rate limit exceeded.');
        const { status, body } = answer(request);
        return toJsonAnswer(status, body, rate);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return toJsonAnswer(error.status, toErrorBody(error, options.errorStyle), rate);
      }
    },
    seed: (): readonly SeededJob[] => seedRuns(runs),
    errorBody: toFaultBody,
  };

  function answer(request: SimulatorRequest): Success {
    const [api, version, root, ...rest] = request.segments.filter((segment) => segment !== '');
    if (api === 'api' && version === 'v1') {
      if (root === 'user_identities') return answerIdentities(request, rest);
      if (root === 'exports') return answerExports(request, rest);
    }
    throw new Refusal(404, 'Not Found');
  }

  /** `/exports` and `/exports/{export_id}/export_files/{export_file_id}` */
  function answerExports({ method }: SimulatorRequest, path: readonly string[]): Success {
    const [exportId = '', child, exportFileId = ''] = path;
    if (method === 'GET' && path.length === 0) {
      const permitted = TEMPLATES.filter(({ identityId }) => identityOf(String(identityId))?.hasApiAccess);
      return ok(toTemplateListBody('/api/v1/exports', permitted));
    }
    if (method !== 'GET' || path.length !== 3 || child !== 'export_files')
      throw new Refusal(404, 'Not Found');
    const run = runs.find(exportId, exportFileId);
    if (run === undefined) throw new Refusal(404, 'Not Found');
    requireIdentity(String(run.template.identityId));
    return ok({ export_files: wrap({ ...describe(run), ...linkOf(run) }) });
  }

  /** `/user_identities` and everything below it */
  function answerIdentities(request: SimulatorRequest, path: readonly string[]): Success {
    const [identityId = '', child = '', childId = '', grandchild] = path;
    const isGet = request.method === 'GET';
    if (isGet && path.length === 0) {
      return ok({ href: '/api/v1/user_identities', user_identities: IDENTITIES.map(toIdentityBody) });
    }
    const identity = requireIdentity(identityId);
    const href = `/api/v1/user_identities/${identityId}/${child}`;
    if (isGet && path.length === 2 && child === 'exports') {
      return ok(toTemplateListBody(href, templatesOf(identity)));
    }
    if (isGet && path.length === 2 && child === 'export_files') {
      const recent = runs.ofIdentity(identity.id, options.recentRuns);
      return ok({ href, export_files: recent.map(describe) });
    }
    if (
      request.method === 'POST' &&
      path.length === 4 &&
      child === 'exports' &&
      grandchild === 'export_files'
    ) {
      return start(identity, childId, request);
    }
    const named = NAMED_RESOURCES.get(child);
    throw named !== undefined && path.length === 3 ? notFound(named, childId) : new Refusal(404, 'Not Found');
  }

  /** Starting a template that is already running gives the run that is under way. */
  function start(identity: Identity, exportId: string, request: SimulatorRequest): Success {
    const template = templatesOf(identity).find(({ id }) => String(id) === exportId);
    if (template === undefined) throw new Refusal(404, 'Not Found');
    const callback = readCallback(request);
    const plan = toRunPlan(request.headers['x-simulate'], random);
    const run = runs.running(template) ?? accept(identity, template, plan, callback);
    if (callback !== null) callWhenOver(run, callback);
    const body = { export_files: wrap(describe(run)) };
    // The docs before May 2018 name the list that the run stands in.
    const href = `/api/v1/user_identities/${identity.id}/exports/${exportId}/export_files`;
    return { status: 201, body: options.wrapsRunsInArrays ? { href, ...body } : body };
  }

  function accept(identity: Identity, template: Template, plan: RunPlan, callback: string | null): Run {
    const run = runs.add(template, plan);
    const ids = { userIdentityId: String(identity.id), exportId: String(template.id) };
    surroundings.onAccepted?.({
      ids: { ...ids, exportFileId: String(run.id) },
      order: { ...ids, ...(callback === null ? {} : { callback }) },
    });
    return run;
  }

  function callWhenOver(run: Run, callback: string): void {
    clock.setTimer(run.remainingMs(), () => {
      // A real timer may ring a moment early.
      if (run.remainingMs() > 0) return callWhenOver(run, callback);
      const { id, export_id: exportId, status } = describe(run);
      void postCallback(callback, { id, exportId, status });
    });
  }

  function describe(run: Run) {
    return toRunBody(run, options);
  }

  /** Every look at a finished run mints a new link. */
  function linkOf(run: Run): { readonly download_url?: string } {
    const word = run.look();
    const hasFile = word === 'Available' || word === 'Success With Errors';
    return hasFile ? { download_url: files.presign(run.file, LINK_LIFETIME_MS, 'v2') } : {};
  }

  function wrap(run: object): object {
    return options.wrapsRunsInArrays ? [run] : run;
  }
}

function ok(body: object): Success {
  return { status: 200, body };
}

function identityOf(id: string): Identity | undefined {
  return IDENTITIES.find((identity) => String(identity.id) === id);
}

function requireIdentity(id: string): Identity {
  const identity = identityOf(id);
  if (identity === undefined) throw notFound('User identity', id);
  if (!identity.hasApiAccess) throw new Refusal(403, 'Feature not available.');
  return identity;
}

function templatesOf(identity: Identity): readonly Template[] {
  return TEMPLATES.filter(({ identityId }) => identityId === identity.id);
}

/** The parameter `callback` of a start, from the query or a JSON body. */
function readCallback({ query, body }: SimulatorRequest): string | null {
  const callback = query.get('callback') ?? readJsonField(body, 'callback');
  if (callback !== null && !isCallbackUri(callback)) {
    throw new Refusal(422, "The property '#/callback' must be a valid URI.");
  }
  return callback;
}

function readJsonField(body: string, field: string): string | null {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return null;
    const content = (value as Record<string, unknown>)[field];
    return content === null ? null : String(content);
  } catch {
    return null;
  }
}
