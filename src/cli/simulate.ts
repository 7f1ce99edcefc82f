import { CommandError } from './command-error.ts';
import { EXIT } from './exit-codes.ts';
import { CHOOSE_PORT, toListenProblem } from './listen-problem.ts';
import { drainOnSignal } from './signals.ts';

export interface SimulateOptions {
  readonly port: number;
  /** Simulated seconds in a real one. */
  readonly speed: number;
  /** Their ids, or `all`; default those that are code. */
  readonly vendors?: readonly string[] | undefined;
}

/** What a wrong word on the command line is told by. @throws CommandError instead of a RangeError */
export function orUsage<Value>(choose: () => Value): Value {
  try {
    return choose();
  } catch (error) {
    if (error instanceof RangeError) throw new CommandError(EXIT.usage, error.message);
    throw error;
  }
}

/** `npm run simulate`: the vendor simulators alone, for front-end work. */
export async function simulate({ port, speed, vendors }: SimulateOptions): Promise<undefined> {
  const { chooseMounts, runSimulate, describeSimulators } = await import('../../simulator/index.ts');
  const mounts = orUsage(() => chooseMounts(vendors));
  const simulators = await runSimulate({ port, speed, mounts }).catch((error: unknown) => {
    throw toListenProblem(error, CHOOSE_PORT);
  });
  console.log(describeSimulators(simulators));
  drainOnSignal(async () => simulators[Symbol.asyncDispose]());
}
