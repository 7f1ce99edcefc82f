import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import contentDisposition from 'content-disposition';
import type { Clock } from '../export/clock.ts';
import { AccountDirectory } from '../export/directory.ts';
import { isAbort, VendorError } from '../export/errors.ts';
import type { FileDescription } from '../export/export.ts';
import type { FileGrant, FileLinkSigner } from '../export/file-links.ts';
import { parseGlobalId } from '../export/locator.ts';
import type { FileAccess, FileStream, Log, VendorAccount, VendorInfo } from '../export/ports.ts';
import { type CheckedLink, checkFileLink, type FileLinkRules, type ResolveHost } from '../http/file-link.ts';
import { openLink } from '../http/open-link.ts';
import { type FILE_PROBLEMS, type FileProblem, respondProblem } from './file-problems.ts';
import { BASE_HEADERS } from './respond.ts';

/** How the files of one account are handed out. */
export interface FilePolicy extends FileLinkRules {
  /** `redirect` sends a browser to the vendor's own link, `stream` passes the bytes through. */
  readonly delivery: 'redirect' | 'stream';
  readonly timeoutMs: number;
}

/** One download, for the audit log and the metrics. */
export interface Download {
  readonly tenant: string;
  readonly vendor: string;
  readonly account: string;
  readonly exportId: string;
  readonly outcome: 'redirected' | 'streamed' | 'broken-off' | FileProblem;
  /** Bytes that went through this gateway. */
  readonly bytes: number;
  readonly durationMs: number;
}

export interface FilesEndpointSettings {
  readonly signer: FileLinkSigner;
  readonly vendors: readonly VendorInfo[];
  /** The open account of this identity. */
  readonly accountOf: (identity: string) => VendorAccount | undefined;
  readonly policyOf: (account: VendorAccount) => FilePolicy;
  readonly clock: Clock;
  readonly log: Log;
  readonly onDownload: (download: Download) => void;
  readonly resolveHost?: ResolveHost | undefined;
}

/** A presigned link is only given out while it has at least this much life left. */
const MIN_LINK_LIFE_MS = 5_000;
/** What a download manager may say about the piece it wants. */
const PASSED_ON = ['range', 'if-range', 'if-none-match', 'if-modified-since'] as const;
/** What a browser may know of the vendor's answer. */
const PASSED_BACK = ['content-length', 'content-range', 'accept-ranges', 'etag', 'last-modified'] as const;

interface Opening {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly account: VendorAccount;
  readonly policy: FilePolicy;
  readonly signal: AbortSignal;
}

/** What became of an opening: the outcome and how many bytes went through. */
interface Delivered {
  readonly outcome: Download['outcome'];
  readonly bytes: number;
}

/** `/files/{token}`: a finished file, asked of its vendor anew each time. */
export function createFilesEndpoint(settings: FilesEndpointSettings) {
  const { signer, clock, log, onDownload } = settings;

  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    response.setHeader('cache-control', 'no-store');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return respondProblem(request, response, 'method');
    }
    const grant = signer.verify(url.pathname.slice('/files/'.length));
    if (grant === null) return respondProblem(request, response, 'unknown');
    if (grant.expiresAt <= clock.now()) return respondProblem(request, response, 'expired');
    const account = settings.accountOf(grant.identity);
    if (account === undefined || account.tenant !== grant.tenant)
      return respondProblem(request, response, 'closed');

    const startedAt = clock.now();
    const { outcome, bytes } = await deliver(settings, grant, account, request, response);
    const download = {
      tenant: grant.tenant,
      vendor: account.vendor,
      account: account.key,
      exportId: grant.exportId,
      outcome,
      bytes,
      durationMs: clock.now() - startedAt,
    };
    log.info({ ...download }, 'A file was asked for.');
    onDownload(download);
  };
}

async function deliver(
  settings: FilesEndpointSettings,
  grant: FileGrant,
  account: VendorAccount,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Delivered> {
  const left = new AbortController();
  response.once('close', () => left.abort());
  const opening = { request, response, account, policy: settings.policyOf(account), signal: left.signal };
  try {
    const access = await locate(settings, grant, opening);
    switch (access.type) {
      case 'unfinished':
        return refuse(opening, 'unfinished');
      case 'gone':
        return refuse(opening, 'gone');
      case 'stream':
        return await passThrough(opening, access.file, (options) => access.open(options));
      case 'link':
        return await handOut(settings, opening, access);
    }
  } catch (error) {
    if (left.signal.aborted || isAbort(error)) return { outcome: 'broken-off', bytes: 0 };
    if (error instanceof VendorError) return refuse(opening, problemOf(error), error.retryAfterMs);
    settings.log.error(
      { account: account.key, error: error instanceof Error ? error.name : typeof error },
      'A file could not be opened.',
    );
    return refuse(opening, 'vendor');
  }
}

/** Asks the vendor; once more where the link it gave is about to end. */
async function locate(
  settings: FilesEndpointSettings,
  grant: FileGrant,
  { account, signal }: Opening,
): Promise<FileAccess> {
  const directory = new AccountDirectory(settings.vendors, [account]);
  const parsed = parseGlobalId(grant.exportId);
  if (parsed.type !== 'export') return { type: 'gone' };
  const { key } = directory.resolveGlobalId(parsed);
  const first = await account.locateFile(key, grant.index, { signal });
  const isFresh = first.type !== 'link' || first.expiresAt - settings.clock.now() >= MIN_LINK_LIFE_MS;
  return isFresh ? first : account.locateFile(key, grant.index, { signal });
}

async function handOut(
  settings: FilesEndpointSettings,
  opening: Opening,
  access: Extract<FileAccess, { type: 'link' }>,
): Promise<Delivered> {
  const { account, policy, response } = opening;
  if (access.expiresAt - settings.clock.now() < MIN_LINK_LIFE_MS) return refuse(opening, 'vendor');
  const checked = await checkFileLink(access.url, policy, settings.resolveHost);
  if ('refusal' in checked) {
    settings.log.warn(
      { vendor: account.vendor, account: account.key, refusal: checked.refusal },
      'A file link was refused.',
    );
    return refuse(opening, 'vendor');
  }
  if (policy.delivery === 'stream') {
    return passThrough(opening, access.file, (options) => openPresigned(checked, options, opening));
  }
  response.writeHead(302, { ...BASE_HEADERS, location: checked.url, 'content-length': '0' }).end();
  return { outcome: 'redirected', bytes: 0 };
}

/** A link that leads on to somewhere else, or is refused by its own host, is vendor trouble. */
async function openPresigned(
  link: CheckedLink,
  options: Parameters<typeof openLink>[1],
  { account, policy }: Opening,
): Promise<FileStream> {
  const stream = await openLink(link, options, policy.timeoutMs);
  if (stream.status < 300 || stream.status === 304 || stream.status === 416) return stream;
  stream.body.destroy();
  const code = stream.status === 404 || stream.status === 410 ? 'EXPORT_NOT_FOUND' : 'VENDOR_UNAVAILABLE';
  const message = 'The vendor did not hand the file out.';
  throw new VendorError({
    code,
    message,
    vendor: account.vendor,
    account: account.key,
    httpStatus: stream.status,
  });
}

async function passThrough(
  opening: Opening,
  file: FileDescription,
  open: (options: Parameters<typeof openLink>[1]) => Promise<FileStream>,
): Promise<Delivered> {
  const { request, response, signal } = opening;
  const stream = await open({
    method: request.method === 'HEAD' ? 'HEAD' : 'GET',
    headers: pick(request.headers, PASSED_ON),
    signal,
  });
  if (stream.status === 404 || stream.status === 410) return refuse(opening, 'gone');
  if (stream.status >= 400 && stream.status !== 416) return refuse(opening, 'vendor');
  let bytes = 0;
  stream.body.on('data', (chunk: Uint8Array) => {
    bytes += chunk.byteLength;
  });
  stream.body.pause();
  response.writeHead(stream.status, {
    ...BASE_HEADERS,
    'content-type': file.mediaType ?? stream.headers['content-type'] ?? 'application/octet-stream',
    'content-disposition': contentDisposition(file.name),
    'content-security-policy': 'sandbox',
    ...pick(stream.headers, PASSED_BACK),
  });
  try {
    await pipeline(stream.body, response);
    return { outcome: 'streamed', bytes };
  } catch {
    // The length was promised, or the chunks end without their last one: whoever reads sees that it broke.
    response.destroy();
    return { outcome: 'broken-off', bytes };
  }
}

function refuse({ request, response }: Opening, problem: FileProblem, retryAfterMs?: number): Delivered {
  respondProblem(request, response, problem, retryAfterMs);
  return { outcome: problem, bytes: 0 };
}

const PROBLEM_OF = {
  EXPORT_NOT_FOUND: 'gone',
  VENDOR_RATE_LIMITED: 'busy',
  VENDOR_TIMEOUT: 'busy',
  VENDOR_UNAVAILABLE: 'busy',
  VENDOR_UNAUTHENTICATED: 'vendor',
  VENDOR_FORBIDDEN: 'vendor',
  VENDOR_BAD_RESPONSE: 'vendor',
  UNSUPPORTED_BY_VENDOR: 'gone',
} as const satisfies Record<VendorError['code'], keyof typeof FILE_PROBLEMS>;

function problemOf(error: VendorError): FileProblem {
  return PROBLEM_OF[error.code];
}

function pick(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}
