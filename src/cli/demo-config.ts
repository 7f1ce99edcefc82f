import type { Simulators } from '../simulator/server.ts';

/** The configuration of the demo, as an operator would write it: one account per simulated vendor. */
export function demoConfig({ accounts }: Pick<Simulators, 'accounts'>, port: number): string {
  return JSON.stringify({ server: { host: '127.0.0.1', port }, accounts });
}
