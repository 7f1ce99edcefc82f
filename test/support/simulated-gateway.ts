import { type Simulators, startSimulators } from '../../simulator/server.ts';
import { demoConfig } from '../../src/cli/demo-config.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from './gateway.ts';

export interface SimulatedGateway extends TestGateway {
  readonly simulators: Simulators;
}

export interface SimulatedGatewayOptions extends TestGatewayOptions {
  readonly speed?: number;
  /** A time of the vendors' own, such as one that stands still; default: the gateway's. */
  readonly vendorClock?: Clock;
}

/** A gateway with one account at each of the simulated vendors, `bi`, `hi`, `desk` and `admit`, as in the demo. */
export async function startSimulatedGateway(
  options: SimulatedGatewayOptions = {},
): Promise<SimulatedGateway> {
  // One time for both: a link's life is told by one and judged by the other.
  const clock = options.vendorClock ?? options.tools?.clock;
  const simulators = await startSimulators({ speed: options.speed, clock });
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
