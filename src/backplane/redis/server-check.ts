/** Sends one command to the server, and resolves with its answer: text as a string or a buffer. */
export type Ask = (...words: string[]) => Promise<unknown>;

/** What is wrong with a server: with a fault it may lose what the gateways stand on. Sentences for an operator, without an address. */
export interface ServerFindings {
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

/** The oldest that is still cared for, and that the scripts are tried with. */
const OLDEST = [6, 2] as const;

const CANNOT_TELL =
  'Redis does not let its user ask INFO: see to it that it is 6.2 or later, and that maxmemory-policy is noeviction.';

/**
 * Looks at what kind of server it is, and whether it forgets when it is full.
 *
 * INFO tells what CONFIG GET does, and managed services that forbid CONFIG allow it. Valkey tells the version of Redis that it came from
 * beside its own.
 *
 * Source: redis.io/docs/latest/commands/info, fields redis_version, maxmemory, maxmemory_policy; valkey.io/commands/info; read 2026-11.
 *
 * @throws where the server cannot be reached
 */
export async function checkServer(ask: Ask): Promise<ServerFindings> {
  const server = readInfo(await askOrNull(ask, 'server'));
  const memory = readInfo(await askOrNull(ask, 'memory'));
  const version = server.get('redis_version');
  const policy = memory.get('maxmemory_policy');
  if (version === undefined || policy === undefined) return { faults: [], warnings: [CANNOT_TELL] };
  const faults = [];
  if (!isNewEnough(version))
    faults.push(`Redis is ${toPlainVersion(version)}: 6.2 or later is needed, or Valkey.`);
  const isBounded = memory.get('maxmemory') !== '0';
  if (isBounded && policy !== 'noeviction')
    faults.push(
      `Redis forgets keys when it is full (maxmemory-policy ${toPlainWord(policy)}): set maxmemory-policy to noeviction, and maxmemory to what docs/several-gateways.md tells.`,
    );
  return { faults, warnings: [] };
}

/** Null where the server refuses, and not because it is away or busy. */
async function askOrNull(ask: Ask, section: string): Promise<string | null> {
  try {
    return String(await ask('INFO', section));
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  const words = error instanceof Error ? `${error.message} ${String(error.cause)}` : '';
  return /\b(NOPERM|ERR)\b/.test(words);
}

function readInfo(text: string | null): ReadonlyMap<string, string> {
  const lines = (text ?? '').split(/\r?\n/).filter((line) => !line.startsWith('#'));
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function toPlainVersion(text: string): string {
  return /^[\d.]{1,20}/.exec(text)?.[0] ?? 'of a version that is none';
}

function toPlainWord(text: string): string {
  return /^[a-z-]{1,30}$/.test(text) ? text : 'unknown';
}
