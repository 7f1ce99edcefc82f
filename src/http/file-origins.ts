import type { VendorError } from '../export/errors.ts';
import type { ResolveHost } from './addresses.ts';
import type { Destination } from './attempt.ts';
import type { Breaker, Permit } from './circuit-breaker.ts';
import { checkFileLink, readPlainLink } from './file-transfer.ts';
import { Transport } from './transport.ts';

/** Where a file that an answer told of is opened with the credential. */
export interface FilePlace {
  readonly destination: Destination;
  /** Path and query, byte for byte. */
  readonly target: string;
  /** To be called once nothing is read of it any more. */
  close(): void;
}

export interface FileOriginsParts {
  readonly baseUrl: string;
  /** Whole origins that the credential may go to, beside the base URL's. */
  readonly origins: readonly string[];
  /** That of the base URL's files. */
  readonly files: Destination;
  readonly connectTimeoutMs: number;
  readonly resolveHost?: ResolveHost | undefined;
  toError(code: 'VENDOR_BAD_RESPONSE', message: string): VendorError;
}

/** A file host is no part of the API: its silence says nothing about whether that answers. */
const NO_PERMIT: Permit = { succeed: ignore, fail: ignore, leave: ignore };
const NO_BREAKER: Breaker = { isClosed: true, refusalMs: () => undefined, enter: () => NO_PERMIT };

/**
 * Where an address leads that the credential is to go to. It was told by an answer, so it is not trusted: it has to be on a listed origin,
 * the host's name must not lead into a private network (unless the account is on this machine itself), and the connection goes to what was looked up.
 *
 * @throws VendorError before anything is sent
 */
export async function toFilePlace(url: string, parts: FileOriginsParts): Promise<FilePlace> {
  const { baseUrl, origins, files, connectTimeoutMs, resolveHost, toError } = parts;
  const refused = () =>
    toError('VENDOR_BAD_RESPONSE', 'A file lies where the credential of its account may not go.');
  const plain = readPlainLink(url);
  if ('refusal' in plain) throw refused();
  if (plain.url.origin === new URL(baseUrl).origin)
    return { destination: files, target: plain.target, close: ignore };
  if (!origins.includes(plain.url.origin)) throw refused();
  const link = await checkFileLink(url, { baseUrl, fileOrigins: origins }, resolveHost);
  if ('refusal' in link) throw refused();
  const { origin, target, addresses } = link;
  const transport = new Transport(origin, 1, connectTimeoutMs, addresses);
  const destination = { purpose: files.purpose, transport, breaker: NO_BREAKER };
  return { destination, target, close: () => void transport.close() };
}

function ignore(): void {}
