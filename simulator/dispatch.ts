import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Random } from '../src/runtime/clock.ts';
import { ADMIN_API, answerAdminRequest, type Controls } from './admin-api.ts';
import { FILES_STORE, type MountName, toCallKind } from './calls.ts';
import { playFault } from './faults.ts';
import type { ServedFileStore } from './file-store.ts';
import { type ReceivedRequest, receiveRequest, sendAnswer, toTextAnswer } from './http-message.ts';
import type { SimulatorResponse, VendorSimulator } from './simulator.ts';

/** Everything a request may be answered from. */
export interface Stage extends Controls {
  readonly simulators: ReadonlyMap<string, VendorSimulator>;
  readonly store: ServedFileStore;
  readonly clock: Clock;
  readonly random: Random;
}

/** Something that answers below one first path segment, and that faults can be laid over. */
interface Mount {
  readonly name: MountName;
  answer(): Promise<SimulatorResponse>;
  errorBody(status: number): SimulatorResponse['body'];
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
  if (received.mount === ADMIN_API) return sendAnswer(response, answerAdminRequest(received.request, stage));

  const mount = findMount(received, stage);
  if (mount === undefined)
    return sendAnswer(response, toTextAnswer(404, `Nothing is served here. Try ${stage.url}/${ADMIN_API}.`));

  const kind = toCallKind(mount.name, received.request);
  stage.calls.add(mount.name, kind);
  const fault = stage.faults.take(mount.name, kind, received.request.path);
  if (fault === undefined) return sendAnswer(response, await mount.answer());
  const { clock, random } = stage;
  await playFault({
    fault,
    incoming,
    response,
    clock,
    random,
    trueAnswer: () => mount.answer(),
    errorBody: (status) => mount.errorBody(status),
  });
}

function findMount({ mount, request, query }: ReceivedRequest, stage: Stage): Mount | undefined {
  if (mount === FILES_STORE) {
    return {
      name: FILES_STORE,
      answer: () => stage.store.handle(request, query),
      errorBody: (status) => `<Error><Code>SimulatedFault</Code><Message>HTTP ${status}</Message></Error>`,
    };
  }
  const simulator = stage.simulators.get(mount);
  if (simulator === undefined) return undefined;
  return {
    name: simulator.vendor,
    answer: async () => simulator.handle(request),
    errorBody: (status) =>
      simulator.errorBody === undefined ? toGenericError(status) : simulator.errorBody(status),
  };
}

function toGenericError(status: number): object {
  return { error: { code: String(status), message: `Simulated fault: HTTP ${status}.` } };
}
