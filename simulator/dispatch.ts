import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Random } from '../src/runtime/clock.ts';
import { ADMIN_API, answerAdminRequest } from './admin-api.ts';
import { FILE_STORE_CALLS, FILES_STORE, type MountName, toCallKind } from './calls.ts';
import type { Controls } from './controls.ts';
import { type Fault, splitWords } from './faults.ts';
import type { ServedFileStore } from './file-store.ts';
import { type ReceivedRequest, receiveRequest, sendAnswer, toTextAnswer } from './http-message.ts';
import { playFault } from './play-fault.ts';
import type { SimulatorMount, SimulatorRequest, SimulatorResponse, VendorSimulator } from './simulator.ts';

/** Everything a request may be answered from. */
export interface Stage extends Controls {
  readonly simulators: ReadonlyMap<string, ServedVendor>;
  readonly store: ServedFileStore;
  /** The real time: a fault's delay is meant for the caller's patience. */
  readonly clock: Clock;
  readonly random: Random;
}

/** A vendor's simulator, and what its calls are for. */
export interface ServedVendor extends Pick<SimulatorMount, 'calls'> {
  readonly simulator: VendorSimulator;
}

/** Something that answers below one first path segment, and that faults can be laid over. */
interface Mount {
  readonly name: MountName;
  readonly calls: SimulatorMount['calls'];
  answer(request: SimulatorRequest): Promise<SimulatorResponse>;
  errorBody(status: number): SimulatorResponse['body'];
  tokenExpired(): SimulatorResponse;
  readonly throttled?: ((seconds: number) => SimulatorResponse) | undefined;
}

/** Answers one request; whatever is thrown on the way becomes a bare 500, and the server lives on. */
export async function answerRequest(
  incoming: IncomingMessage,
  response: ServerResponse,
  stage: Stage,
  onCrash?: (error: unknown) => void,
): Promise<void> {
  try {
    await serve(incoming, response, stage);
  } catch (error) {
    if (incoming.destroyed && !incoming.complete) return; // the client left: that is no crash
    onCrash?.(error);
    if (response.headersSent) response.destroy();
    else sendAnswer(response, toTextAnswer(500, 'The simulator failed to answer.'));
  }
}

async function serve(incoming: IncomingMessage, response: ServerResponse, stage: Stage): Promise<void> {
  const received = await receiveRequest(incoming);
  if ('refusal' in received) return sendAnswer(response, received.refusal);
  if (received.mount === ADMIN_API)
    return sendAnswer(response, await answerAdminRequest(received.request, stage));

  const mount = findMount(received, stage);
  if (mount === undefined)
    return sendAnswer(response, toTextAnswer(404, `Nothing is served here. Try ${stage.url}/${ADMIN_API}.`));

  const { request, fault } = meetFault(mount, received.request, stage);
  if (fault === undefined) return sendAnswer(response, await mount.answer(request));
  const { clock, random } = stage;
  await playFault({
    fault,
    incoming,
    response,
    clock,
    random,
    trueAnswer: () => mount.answer(request),
    errorBody: (status) => mount.errorBody(status),
    tokenExpired: () => mount.tokenExpired(),
    throttled: mount.throttled,
  });
}

/** Counts a call, and says what is to become of it: by an order of the admin API, or by the caller's own header. */
function meetFault(
  { name: mount, calls: rules }: Pick<Mount, 'name' | 'calls'>,
  request: SimulatorRequest,
  { calls, faults }: Stage,
): { readonly request: SimulatorRequest; readonly fault?: Fault | undefined } {
  const kind = toCallKind(rules, request);
  calls.add(mount, kind);
  const fault = faults.take(mount, kind, request.path);
  if (fault !== undefined && fault.kind !== 'simulate') return { request, fault };
  const header = fault?.words ?? request.headers['x-simulate'];
  if (header === undefined) return { request };

  const isOrder = kind === 'start' || kind === 'cancel';
  const { loss, rest } = isOrder ? splitWords(header) : { loss: undefined, rest: header };
  return {
    request: { ...request, headers: { ...request.headers, 'x-simulate': rest } },
    fault: loss === undefined ? fault : { vendor: mount, times: 1, ...fault, kind: loss },
  };
}

function findMount({ mount, query }: ReceivedRequest, stage: Stage): Mount | undefined {
  if (mount === FILES_STORE) {
    return {
      name: FILES_STORE,
      calls: FILE_STORE_CALLS,
      answer: (request) => stage.store.handle(request, query),
      errorBody: toStoreError,
      tokenExpired: () => ({ status: 403, body: toStoreError(403) }),
    };
  }
  const served = stage.simulators.get(mount);
  if (served === undefined) return undefined;
  const { calls, simulator } = served;
  const errorBody = (status: number) =>
    simulator.errorBody === undefined ? toGenericError(status) : simulator.errorBody(status);
  return {
    name: simulator.vendor,
    calls,
    answer: async (request) => simulator.handle(request),
    errorBody,
    tokenExpired: () => simulator.tokenExpired?.() ?? toErrorAnswer(401, errorBody(401)),
    throttled: simulator.throttled?.bind(simulator),
  };
}

function toErrorAnswer(status: number, body: SimulatorResponse['body']): SimulatorResponse {
  return body === undefined ? { status } : { status, body };
}

function toStoreError(status: number): string {
  return `<Error><Code>SimulatedFault</Code><Message>HTTP ${status}</Message></Error>`;
}

function toGenericError(status: number): object {
  return { error: { code: String(status), message: `Simulated fault: HTTP ${status}.` } };
}
