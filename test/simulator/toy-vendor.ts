import { Agent, request } from 'undici';
import { createSampleFile, type SampleFile } from '../../simulator/sample-files.ts';
import { type Simulators, type SimulatorsOptions, startSimulators } from '../../simulator/server.ts';
import type { SimulatorFactory, SimulatorRequest, SimulatorSurroundings } from '../../simulator/simulator.ts';
import { systemClock } from '../../src/runtime/clock.ts';

/** The smallest vendor there can be: it repeats what it was asked, hands out links, crashes when told to. */
export interface Toy {
  readonly factory: SimulatorFactory;
  /** What it was asked, oldest first. */
  readonly requests: readonly SimulatorRequest[];
  /** What it was given to stand on. */
  surroundings(): SimulatorSurroundings;
}

export const TOY_ANSWER = { job: { id: '17', status: 'processing' } };

export function createToy(): Toy {
  const requests: SimulatorRequest[] = [];
  let given: SimulatorSurroundings | undefined;
  return {
    requests,
    surroundings() {
      if (given === undefined) throw new Error('The toy vendor is not mounted.');
      return given;
    },
    factory: (surroundings) => {
      given = surroundings;
      return {
        vendor: 'talkdesk',
        handle(call) {
          requests.push(call);
          if (call.path === '/crash') throw new Error('toy crash');
          if (call.path === '/bytes')
            return { status: 200, headers: { 'x-toy': '1' }, body: Uint8Array.of(1, 2, 3) };
          if (call.path === '/text') return { status: 202, body: 'as it is' };
          if (call.path === '/nothing') return { status: 204 };
          return { status: 200, body: TOY_ANSWER };
        },
        seed: () => [
          { ids: { reportType: 'calls', jobId: 'job-1' }, ends: 'done', title: 'Calls of October' },
        ],
        errorBody: (status) => ({ code: String(status), message: 'as Talkdesk says it' }),
      };
    },
  };
}

/** Starts the simulators with the toy in Talkdesk's place. */
export async function startToy(
  options: Partial<SimulatorsOptions> = {},
): Promise<{ readonly toy: Toy; readonly simulators: Simulators } & AsyncDisposable> {
  const toy = createToy();
  const simulators = await startSimulators({
    clock: systemClock,
    vendors: { talkdesk: toy.factory },
    ...options,
  });
  return { toy, simulators, [Symbol.asyncDispose]: () => simulators[Symbol.asyncDispose]() };
}

/** A client without pooling or redirects, so that each call meets its own socket. */
export async function call(
  url: string,
  options: {
    readonly method?: 'GET' | 'HEAD' | 'POST' | 'DELETE';
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  } = {},
): Promise<{
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
}> {
  const agent = new Agent({ pipelining: 0 });
  try {
    const answer = await request(url, { ...options, dispatcher: agent });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    return { status: answer.statusCode, headers: answer.headers, bytes, text: bytes.toString('utf8') };
  } finally {
    await agent.destroy();
  }
}

/** A small file for links to point at. */
export function createToyFile(): SampleFile {
  return createSampleFile('csv', 'Calls à la carte', 5);
}
