import { DEFAULT_GATEWAY_URL, parseGatewayAccess } from './gateway/address.ts';
import type { CommandIo } from './io.ts';

/** Where the gateway is, as options of the command. */
export interface GatewayOptions {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
}

/** The same, of a command that prints data. */
export interface JsonOptions extends GatewayOptions {
  /** Objects for programs, one a line, in place of text for people. */
  readonly json?: boolean | undefined;
}

/** The gateway of the options, else of the environment, else on this machine. @throws CommandError */
export function readGatewayAccess({ url, token }: GatewayOptions, { environment }: CommandIo) {
  return parseGatewayAccess(url ?? environment.url ?? DEFAULT_GATEWAY_URL, token ?? environment.token);
}
