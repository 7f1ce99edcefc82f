import { CHOOSE_PORT, toListenProblem } from './listen-problem.ts';
import { drainOnSignal } from './signals.ts';

/** `npm run simulate`: the vendor simulators alone, for front-end work. */
export async function simulate(port: number, speed: number): Promise<undefined> {
  const { runSimulate, describeSimulators } = await import('../../simulator/index.ts');
  const simulators = await runSimulate({ port, speed }).catch((error: unknown) => {
    throw toListenProblem(error, CHOOSE_PORT);
  });
  console.log(describeSimulators(simulators));
  drainOnSignal(async () => simulators[Symbol.asyncDispose]());
}
