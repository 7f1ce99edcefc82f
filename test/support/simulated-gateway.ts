import { type Simulators, startSimulators } from '../../simulator/server.ts';
import { demoConfig } from '../../src/cli/demo-config.ts';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from './gateway.ts';

export interface SimulatedGateway extends TestGateway {
  readonly simulators: Simulators;
}

/** A gateway with one account at each of the simulated vendors, `bi`, `hi`, `desk` and `admit`, as in the demo. */
export async function startSimulatedGateway(
  options: TestGatewayOptions & { readonly speed?: number } = {},
): Promise<SimulatedGateway> {
  // One time for both: a link's life is told by one and judged by the other.
  const simulators = await startSimulators({ speed: options.speed, clock: options.tools?.clock });
  const { accounts } = JSON.parse(demoConfig(simulators, 0)) as { accounts: object[] };
  const gateway = await startTestGateway({ ...options, accounts });
  return {
    ...gateway,
    simulators,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await simulators[Symbol.asyncDispose]();
    },
  };
}
