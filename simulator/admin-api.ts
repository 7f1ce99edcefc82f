import type { VendorId } from '../src/export/vendor-id.ts';
import type { Controls } from './controls.ts';
import { toCommandLineLocator } from './examples.ts';
import { FAULT_KINDS, type FaultBook, type FaultOrder } from './faults.ts';
import { toTextAnswer } from './http-message.ts';
import type { SimulatorRequest, SimulatorResponse } from './simulator.ts';

/** Where the simulators are steered from, beside the vendors' mounts. */
export const ADMIN_API = '_simulator';

/**
 * Answers a request to the admin API.
 *
 * No page in a browser may use it but the panel, which comes from here: a request with another `Origin` is refused.
 */
export async function answerAdminRequest(
  request: SimulatorRequest,
  controls: Controls,
): Promise<SimulatorResponse> {
  if (!isOfPanel(request.headers))
    return toTextAnswer(403, 'The admin API is not for other pages: send no Origin header.');
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const path = request.path.replace(/\/$/, '');
  const action = ACTIONS[`${method} ${path}`];
  if (action !== undefined) return action(controls, request);
  const part = method === 'GET' && path.startsWith('/panel') ? await readPanel(path, controls) : undefined;
  return part ?? toTextAnswer(404, `There is no such path. Try GET ${controls.url}/${ADMIN_API}.`);
}

const LOOPBACK_HOST = /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\]|localhost)(:\d+)?$/i;

/** True without an `Origin`, and for a page of this server under a name that nobody can point here from elsewhere. */
function isOfPanel({ origin, host = '' }: SimulatorRequest['headers']): boolean {
  return (
    origin === undefined ||
    (LOOPBACK_HOST.test(host) && origin.toLowerCase() === `http://${host.toLowerCase()}`)
  );
}

/** Only when a browser asks: whoever tests a front end needs none of it. */
async function readPanel(path: string, controls: Controls): Promise<SimulatorResponse | undefined> {
  const { answerPanelRequest } = await import('./panel/page.ts');
  return answerPanelRequest(path, controls);
}

type Action = (controls: Controls, request: SimulatorRequest) => SimulatorResponse;

const ACTIONS: Readonly<Record<string, Action | undefined>> = {
  'GET ': ({ url }, { headers }) =>
    headers.accept?.includes('text/html')
      ? { status: 303, headers: { location: `/${ADMIN_API}/panel` } }
      : toTextAnswer(200, describeControls(url)),
  'GET /faults': ({ faults }) => ({ status: 200, body: { faults: faults.list() } }),
  'POST /faults': ({ faults }, { body }) => orderFault(faults, body),
  'DELETE /faults': (controls, { query }) => clearFaults(controls, query.get('vendor')),
  'GET /calls': ({ calls }) => ({ status: 200, body: { calls: calls.read() } }),
  'DELETE /calls': ({ calls }) => {
    calls.clear();
    return { status: 204 };
  },
  'GET /orders': ({ orders }) => ({ status: 200, body: { orders: orders.read() } }),
  'DELETE /orders': ({ orders }) => {
    orders.clear();
    return { status: 204 };
  },
  'GET /jobs': ({ seeds }) => ({ status: 200, body: { jobs: listJobs(seeds) } }),
};

function orderFault(faults: FaultBook, body: string): SimulatorResponse {
  try {
    return { status: 201, body: { fault: faults.order(JSON.parse(body) as FaultOrder) } };
  } catch (error) {
    if (error instanceof RangeError) return toTextAnswer(400, error.message);
    if (error instanceof SyntaxError) return toTextAnswer(400, 'The body must be a JSON object.');
    throw error;
  }
}

function clearFaults({ faults, names }: Controls, vendor: string | null): SimulatorResponse {
  const mount = names.find((name) => name === vendor);
  if (vendor !== null && mount === undefined)
    return toTextAnswer(400, `"vendor" must be one of ${names.join(', ')}.`);
  faults.clear(mount);
  return { status: 204 };
}

/** Every seeded job with a locator that is ready to be watched. */
export function listJobs(seeds: Controls['seeds']) {
  return Object.entries(seeds).flatMap(([name, jobs = []]) => {
    const vendor = name as VendorId;
    return jobs.map((job) => ({ vendor, ...job, locator: toCommandLineLocator(vendor, job) }));
  });
}

function describeControls(url: string): string {
  const api = `${url}/${ADMIN_API}`;
  const kinds = Object.entries(FAULT_KINDS).map(([kind, effect]) => `  ${kind.padEnd(23)} ${effect}`);
  return `Waybill's vendor simulators: the admin API

The same in a browser, with a button for each:
  ${api}/panel

Order a fault (three throttled answers, then peace):
  curl -d '{"vendor":"talkdesk","kind":"throttle","times":3,"retryAfterSeconds":2}' ${api}/faults

Or for half a minute, whatever is asked:
  curl -d '{"vendor":"hi-energy","kind":"status","status":503,"forSeconds":30}' ${api}/faults

Only on some paths, below the vendor's mount:
  curl -d '{"vendor":"power-bi","kind":"status","status":503,"pathIncludes":"/exports/"}' ${api}/faults

The next start is accepted, and its answer lost; the one after that fails after a while:
  curl -d '{"vendor":"hi-energy","kind":"lost-answer"}' ${api}/faults
  curl -d '{"vendor":"hi-energy","kind":"simulate","words":"failed"}' ${api}/faults

List the faults still waiting, and clear them, all or those of one vendor:
  curl ${api}/faults
  curl -X DELETE ${api}/faults
  curl -X DELETE '${api}/faults?vendor=talkdesk'

Count calls by vendor and kind, and start again from zero:
  curl ${api}/calls
  curl -X DELETE ${api}/calls

Count the orders that a job came of, with its ids, and start again from zero:
  curl ${api}/orders
  curl -X DELETE ${api}/orders

List the jobs in place, with locators for "waybill watch":
  curl ${api}/jobs

Kinds of fault. "times" is 1 unless it or "forSeconds" is given. Without "call", "pathPrefix" or "pathIncludes" a fault meets every call but those for
tokens; one of the last six kinds meets starts. "delayMs" makes any of them late.
${kinds.join('\n')}`;
}
