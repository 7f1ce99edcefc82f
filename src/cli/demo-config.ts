import type { Simulators } from '../../simulator/server.ts';

/** The configuration of the demo, as an operator would write it: one account per simulated vendor. */
export function demoConfig({ accounts }: Pick<Simulators, 'accounts'>, port: number): string {
  // The simulators play faults on purpose: to a stranger's first look, warnings of them are noise.
  return JSON.stringify({ server: { host: '127.0.0.1', port, logLevel: 'error' }, accounts });
}
