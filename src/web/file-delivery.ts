import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FileGrant } from '../access/file-links.ts';
import { AccountDirectory } from '../accounts/directory.ts';
import { InputError, isAbort, VendorError } from '../export/errors.ts';
import { parseGlobalId } from '../export/locator.ts';
import type { FileAccess, FileStream, OpenOptions, VendorAccount, VendorInfo } from '../export/ports.ts';
import {
  type CheckedLink,
  checkFileLink,
  type FileLinkRules,
  openLink,
  type ResolveHost,
} from '../http/file-transfer.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/tools.ts';
import type { Secrets } from '../telemetry/secrets.ts';
import { type FileProblem, respondProblem } from './file-problems.ts';
import { passThrough, type StreamEnd } from './file-stream.ts';
import { FILE_ANSWER } from './security-headers.ts';

/** How the files of one account are handed out. */
export interface FilePolicy extends FileLinkRules {
  /** `redirect` sends a browser to the vendor's own link, `stream` passes the bytes through. */
  readonly delivery: 'redirect' | 'stream';
  readonly timeoutMs: number;
}

/** What became of an opening: `abandoned` where the reader left, `broken-off` where the vendor did. */
export interface Delivered {
  readonly outcome: 'redirected' | StreamEnd | FileProblem;
  /** Bytes that went through this gateway. */
  readonly bytes: number;
}

export interface DeliveryTools {
  readonly vendors: readonly VendorInfo[];
  readonly clock: Clock;
  readonly log: Log;
  /** Told of every signed link, so that none is ever logged. */
  readonly secrets: Secrets;
  readonly resolveHost?: ResolveHost | undefined;
}

/** One file that was asked for, by someone who may have it. */
export interface Opening {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly grant: FileGrant;
  readonly account: VendorAccount;
  readonly policy: FilePolicy;
}

/** A presigned link is only given out while it has at least this much life left. */
const MIN_LINK_LIFE_MS = 5_000;

/** Asks the vendor for the file and answers with it, with a link to it, or with what is wrong. Never rejects. */
export async function deliver(tools: DeliveryTools, opening: Opening): Promise<Delivered> {
  const left = new AbortController();
  opening.response.once('close', () => left.abort());
  try {
    const access = await locate(tools, opening, left.signal);
    if (access.type === 'link') tools.secrets.addPassing(access.url);
    switch (access.type) {
      case 'unfinished':
      case 'gone':
        return refuse(opening, access.type);
      case 'stream':
        return await stream(opening, access, access.open, left.signal);
      case 'link':
        return await handOut(tools, opening, access, left.signal);
    }
  } catch (error) {
    if (left.signal.aborted || isAbort(error)) return { outcome: 'abandoned', bytes: 0 };
    return refuseAfter(tools, opening, error);
  }
}

/** Asks the vendor; once more where the link it gave is about to end. */
async function locate(
  { vendors, clock }: DeliveryTools,
  { grant, account }: Opening,
  signal: AbortSignal,
): Promise<FileAccess> {
  const parsed = parseGlobalId(grant.exportId);
  if (parsed.type !== 'export') return { type: 'gone' };
  const { key } = new AccountDirectory(vendors, [account]).resolveGlobalId(parsed);
  const first = await account.locateFile(key, grant.index, { signal });
  const isFresh = first.type !== 'link' || first.expiresAt - clock.now() >= MIN_LINK_LIFE_MS;
  return isFresh ? first : account.locateFile(key, grant.index, { signal });
}

async function handOut(
  { clock, log, resolveHost }: DeliveryTools,
  opening: Opening,
  access: Extract<FileAccess, { type: 'link' }>,
  signal: AbortSignal,
): Promise<Delivered> {
  const { account, policy, response } = opening;
  if (access.expiresAt - clock.now() < MIN_LINK_LIFE_MS) return refuse(opening, 'vendor');
  const link = await checkFileLink(access.url, policy, resolveHost);
  if ('refusal' in link) {
    const { refusal } = link;
    log.warn({ vendor: account.vendor, account: account.key, refusal }, 'A file link was refused.');
    return refuse(opening, 'vendor');
  }
  if (policy.delivery === 'stream') {
    return stream(opening, access, (options) => openPresigned(link, options, opening), signal);
  }
  response.writeHead(302, { ...FILE_ANSWER, location: link.url, 'content-length': '0' }).end();
  return { outcome: 'redirected', bytes: 0 };
}

async function stream(
  opening: Opening,
  { file }: Extract<FileAccess, { type: 'link' | 'stream' }>,
  open: (options: OpenOptions) => Promise<FileStream>,
  signal: AbortSignal,
): Promise<Delivered> {
  const { request, response } = opening;
  const passed = await passThrough({ request, response, file, open, signal });
  return 'problem' in passed ? refuse(opening, passed.problem) : passed;
}

/** Opens a link at a file host, which is no part of the account: its silence says nothing about the account's health. */
async function openPresigned(
  link: CheckedLink,
  options: OpenOptions,
  { account, policy }: Opening,
): Promise<FileStream> {
  try {
    return await openLink(link, options, policy.timeoutMs);
  } catch (error) {
    if (isAbort(error)) throw error;
    const message = 'The file host of the vendor cannot be reached.';
    throw new VendorError({
      code: 'VENDOR_UNAVAILABLE',
      message,
      vendor: account.vendor,
      account: account.key,
    });
  }
}

function refuse({ request, response }: Opening, problem: FileProblem, retryAfterMs?: number): Delivered {
  respondProblem(request, response, problem, retryAfterMs);
  return { outcome: problem, bytes: 0 };
}

function refuseAfter({ log }: DeliveryTools, opening: Opening, error: unknown): Delivered {
  if (error instanceof VendorError) return refuse(opening, PROBLEM_OF[error.code], error.retryAfterMs);
  // Signed by us, but by a release whose ids were written otherwise.
  if (error instanceof InputError) return refuse(opening, 'unknown');
  const name = error instanceof Error ? error.name : typeof error;
  log.error({ account: opening.account.key, error: name }, 'A file could not be opened.');
  return refuse(opening, 'vendor');
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
} as const satisfies Record<VendorError['code'], FileProblem>;
