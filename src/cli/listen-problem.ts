import { CommandError } from './command-error.ts';
import { EXIT } from './exit-codes.ts';

/** What Node says of an address that it cannot listen on. */
interface ListenFault {
  readonly syscall?: string;
  readonly code: string;
  readonly address?: string;
  readonly port?: number;
  /** Of a name that cannot be resolved. */
  readonly hostname?: string;
}

/** What stands behind `Port PORT of HOST`. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is already in use',
  EACCES: 'may not be opened by this user',
};

/**
 * Why a server cannot listen, in one line that says what to do; any other error as it is.
 *
 * @param advice - what to change, for the port that cannot be had
 */
export function toListenProblem(error: unknown, advice: (port: number | undefined) => string): unknown {
  const { syscall, code, address, port, hostname } = (error ?? {}) as ListenFault;
  if (syscall === 'getaddrinfo') return new CommandError(EXIT.failed, `${hostname} ${NOT_HERE}`);
  if (syscall !== 'listen') return error;
  const reason = REASONS[code];
  if (reason === undefined) return new CommandError(EXIT.failed, `${address} ${NOT_HERE}`);
  return new CommandError(EXIT.failed, `Port ${port} of ${address} ${reason}: ${advice(port)}.`);
}

const NOT_HERE = 'is no address of this machine: name one of its own.';

/** For commands with a `--port`. */
export const CHOOSE_PORT = (): string => 'choose another one with --port, or any free one with --port 0';
