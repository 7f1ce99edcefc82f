import { get } from 'node:http';
import { substituteEnvironment } from '../config/environment.ts';
import type { EnvironmentVariables } from '../config/process-environment.ts';
import type { Clock } from '../runtime/clock.ts';
import { parseYaml, toSyntaxLine } from '../yaml/parse.ts';
import { describeValue, toLine } from '../yaml/problem.ts';
import { readTextFile } from '../yaml/read-file.ts';
import { CommandError } from './command-error.ts';
import { EXIT } from './exit-codes.ts';
import type { CommandIo } from './io.ts';

/** Less than what health checks wait. */
const TIMEOUT_MS = 2_000;
const MAX_CONFIG_BYTES = 1_048_576;
const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 4000;
/** What a server listens on that takes every address of its machine, and where it is asked then. */
const LOOPBACK_OF: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/**
 * `waybill health`: whether the gateway on this machine is ready, for the health check of a container.
 *
 * @param configFile - the gateway's; without one it is the demo that is asked, on `PORT`
 * @returns the exit code
 * @throws CommandError where the gateway does not answer, or where its port cannot be known
 */
export async function health(
  { config }: { readonly config?: string | undefined },
  { clock, environment, stdout }: CommandIo,
): Promise<number> {
  const file = config ?? environment.configFile;
  const { host, port } =
    file === undefined
      ? { host: DEFAULT_HOST, port: environment.port }
      : readAddress(file, environment.variables);
  const name = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const status = await askReadiness(host, port, clock).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(EXIT.unreachable, `${name} does not answer: ${error.code ?? error.message}.`);
  });
  if (status !== 200) throw new CommandError(EXIT.failed, `${name} is not ready: ${status}.`);
  stdout.write(`${name} is ready.\n`);
  return EXIT.succeeded;
}

/**
 * Reads nothing else of the file than where the gateway listens: a mistake that was made in it since the start is none of the
 * gateway that runs.
 */
function readAddress(
  file: string,
  env: EnvironmentVariables,
): { readonly host: string; readonly port: number } {
  const { tree, problems } = substituteEnvironment({ server: readServer(file) }, env);
  if (problems.length > 0) throw new CommandError(EXIT.usage, problems.map(toLine).join('\n'));
  const { host, port } = (tree as { readonly server: Server }).server;
  const number = Number(port);
  if (!Number.isInteger(number) || number < 1 || number > 65_535) {
    const problem = {
      path: ['server', 'port'],
      found: describeValue(port),
      allowed: 'a number from 1 to 65535',
    };
    throw new CommandError(EXIT.usage, toLine(problem));
  }
  return { host: LOOPBACK_OF[String(host)] ?? String(host), port: number };
}

/** As it stands in the file: what is from the environment is still a reference. */
interface Server {
  readonly host: unknown;
  readonly port: unknown;
}

function readServer(file: string): Server {
  const read = readTextFile(file, MAX_CONFIG_BYTES);
  if ('fault' in read) throw new CommandError(EXIT.usage, `The configuration is ${read.fault}.`);
  const parsed = parseYaml(read.text ?? '');
  if ('problems' in parsed)
    throw new CommandError(EXIT.usage, parsed.problems.map((each) => toSyntaxLine(each, file)).join('\n'));
  const { host = DEFAULT_HOST, port = DEFAULT_PORT } =
    (parsed.tree as { readonly server?: Partial<Server> } | null)?.server ?? {};
  return { host, port };
}

/** @returns the HTTP status of `/ready` */
function askReadiness(host: string, port: number, clock: Clock): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = get({ host, port, path: '/ready', agent: false }, (response) => {
      cancel();
      response.resume();
      resolve(response.statusCode);
    });
    const cancel = clock.setTimer(TIMEOUT_MS, () => request.destroy(new Error('it takes too long')));
    request.on('error', (error) => {
      cancel();
      reject(error);
    });
  });
}
