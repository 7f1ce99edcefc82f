import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientAddressOf } from '../access/client-address.ts';
import type { FileGrant, FileLinkSigner } from '../access/file-links.ts';
import { InputError, isAbort, VendorError } from '../export/errors.ts';
import type { ExportKey } from '../export/export.ts';
import { type GlobalId, parseGlobalId, toKeyFromGlobalId } from '../export/locator.ts';
import type {
  FileAccess,
  FileStream,
  OpenOptions,
  VendorAccount,
  VendorInfo,
  WorkScope,
} from '../export/ports.ts';
import type { ResolveHost } from '../http/addresses.ts';
import { type CheckedLink, checkFileLink, type FileLinkRules, openLink } from '../http/file-transfer.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/tools.ts';
import { toScopeFields } from '../telemetry/scope.ts';
import type { Secrets } from '../telemetry/secrets.ts';
import { inSpan, parentFrom } from '../telemetry/spans.ts';
import { type FileProblem, respondProblem } from './file-problems.ts';
import { passThrough, type StreamEnd } from './file-stream.ts';
import type { Answer } from './http-server.ts';
import type { Target } from './listener.ts';
import { FILE_ANSWER } from './security-headers.ts';

/** How the files of one account are handed out. */
export interface FilePolicy extends FileLinkRules {
  /** `redirect` sends a browser to the vendor's own link, `stream` passes the bytes through. */
  readonly delivery: 'redirect' | 'stream';
  readonly timeoutMs: number;
}

/** One opening of a file link, for the audit log and the metrics. Holds no link. */
export interface Download extends Delivered {
  /** Empty, like the next three, where the link was not one of ours. */
  readonly tenant: string;
  readonly vendor: string;
  readonly account: string;
  /** The global id. */
  readonly exportId: string;
  readonly method: 'GET' | 'HEAD';
  readonly durationMs: number;
}

/** What became of an opening: `abandoned` where the reader left, `broken-off` where the vendor did. */
interface Delivered {
  readonly outcome: 'redirected' | StreamEnd | FileProblem;
  /** Bytes that went through this gateway. */
  readonly bytes: number;
}

export interface FilesEndpointSettings {
  readonly signer: FileLinkSigner;
  readonly vendors: readonly VendorInfo[];
  /** The open account of this identity. */
  readonly accountOf: (identity: string) => VendorAccount | undefined;
  readonly policyOf: (account: VendorAccount) => FilePolicy;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of every signed link, so that none is ever logged. */
  readonly secrets: Secrets;
  readonly resolveHost?: ResolveHost | undefined;
  /** Told of every opening, refused ones included. */
  readonly onDownload: (download: Download) => void;
  readonly clientAddressOf: ClientAddressOf;
}

/** A presigned link is only given out while it has at least this much life left. */
const MIN_LINK_LIFE_MS = 5_000;

/**
 * `/files/{token}`: a finished file, asked of its vendor anew each time.
 *
 * Every opening of a link that this gateway signed is one line in the log. Others are only counted: any stranger can make them up,
 * and a flood of them must not drown the log.
 */
export function createFilesEndpoint(settings: FilesEndpointSettings) {
  const { signer, clock, log, onDownload, clientAddressOf } = settings;

  return async (request: IncomingMessage, response: Answer, { pathname }: Target): Promise<void> => {
    const { method } = request;
    if (method !== 'GET' && method !== 'HEAD') return respondProblem(request, response, 'method');

    const startedAt = clock.now();
    const grant = signer.verify(pathname.slice('/files/'.length));
    const exportId = grant === null ? null : parseId(grant.exportId);
    const subject = toSubject(grant, exportId);
    const scope = { requestId: response.requestId, tenant: grant?.tenant ?? null, caller: null };
    const delivered = await inSpan(toSpanPlan(request, subject), () =>
      new Opening(settings, request, response, scope).deliver(grant, exportId),
    );
    const download: Download = { ...subject, method, ...delivered, durationMs: clock.now() - startedAt };
    if (grant !== null)
      log.info(
        { ...toScopeFields(scope), ...download, clientAddress: clientAddressOf(request) },
        'A file was asked for.',
      );
    onDownload(download);
  };
}

/** Null for an id signed by a release whose ids were written otherwise. */
function parseId(exportId: string): GlobalId | null {
  try {
    return parseGlobalId(exportId);
  } catch {
    return null;
  }
}

/** Which file of whom; read from a link's own words. */
type Subject = Pick<Download, 'tenant' | 'vendor' | 'account' | 'exportId'>;

function toSubject(grant: FileGrant | null, exportId: GlobalId | null): Subject {
  return {
    tenant: grant?.tenant ?? '',
    vendor: exportId?.type === 'export' ? exportId.vendor : '',
    account: exportId?.type === 'export' ? exportId.account : '',
    exportId: grant?.exportId ?? '',
  };
}

/** The route, and not the link: to have that is to have the file. */
function toSpanPlan({ method, headers }: IncomingMessage, { tenant, vendor, account }: Subject) {
  const name = `${method} /files/{token}`;
  const attributes = {
    'http.request.method': method,
    'http.route': '/files/{token}',
    'waybill.tenant': tenant,
    'waybill.vendor': vendor,
    'waybill.account': account,
  };
  return { name, kind: 'server', attributes, parent: parentFrom(headers) } as const;
}

/** One file that was asked for: from the grant to the answer. */
class Opening {
  private readonly settings: FilesEndpointSettings;
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;
  private readonly scope: WorkScope;

  constructor(
    settings: FilesEndpointSettings,
    request: IncomingMessage,
    response: ServerResponse,
    scope: WorkScope,
  ) {
    this.scope = scope;
    this.settings = settings;
    this.request = request;
    this.response = response;
  }

  /** Answers with the file, with a link to it, or with what is wrong. Never rejects. */
  async deliver(grant: FileGrant | null, exportId: GlobalId | null): Promise<Delivered> {
    if (grant === null) return this.refuse('unknown');
    if (grant.expiresAt <= this.settings.clock.now()) return this.refuse('expired');
    const account = this.settings.accountOf(grant.identity);
    if (account === undefined || account.tenant !== grant.tenant) return this.refuse('closed');
    const left = new AbortController();
    this.response.once('close', () => left.abort());
    try {
      const key = this.toKey(exportId, account);
      return key === null ? this.refuse('gone') : await this.open(account, key, grant.index, left.signal);
    } catch (error) {
      if (left.signal.aborted || isAbort(error)) return { outcome: 'abandoned', bytes: 0 };
      return this.refuseAfter(error, account);
    }
  }

  /** Null where the link names no export of the account. @throws InputError where its ids do not fit the vendor's grammar */
  private toKey(exportId: GlobalId | null, account: VendorAccount): ExportKey | null {
    if (exportId === null) throw new InputError('The link names no export as this release writes them.');
    const vendor = this.settings.vendors.find(({ id }) => id === account.vendor);
    const isOfAccount =
      exportId.type === 'export' && exportId.vendor === vendor?.id && exportId.account === account.key;
    return isOfAccount ? toKeyFromGlobalId(vendor.locator, exportId) : null;
  }

  private async open(
    account: VendorAccount,
    key: ExportKey,
    index: number,
    signal: AbortSignal,
  ): Promise<Delivered> {
    const access = await this.locate(account, key, index, signal);
    switch (access.type) {
      case 'unfinished':
      case 'gone':
        return this.refuse(access.type);
      case 'stream':
        return this.stream(access, access.open, signal);
      case 'link':
        return this.handOut(access, account, signal);
    }
  }

  /** Asks the vendor; once more where the link it gave is about to end. */
  private async locate(
    account: VendorAccount,
    key: ExportKey,
    index: number,
    signal: AbortSignal,
  ): Promise<FileAccess> {
    const { clock, secrets } = this.settings;
    let access = await account.locateFile(key, index, { signal, scope: this.scope });
    if (access.type === 'link' && access.expiresAt - clock.now() < MIN_LINK_LIFE_MS)
      access = await account.locateFile(key, index, { signal, scope: this.scope });
    if (access.type === 'link') secrets.addPassing(access.url);
    return access;
  }

  private async handOut(
    access: Extract<FileAccess, { type: 'link' }>,
    account: VendorAccount,
    signal: AbortSignal,
  ): Promise<Delivered> {
    const { clock, log, policyOf, resolveHost } = this.settings;
    if (access.expiresAt - clock.now() < MIN_LINK_LIFE_MS) return this.refuse('vendor');
    const policy = policyOf(account);
    const link = await checkFileLink(access.url, policy, resolveHost);
    if ('refusal' in link) {
      const { refusal } = link;
      log.warn(
        { ...toScopeFields(this.scope), vendor: account.vendor, account: account.key, refusal },
        'A file link was refused.',
      );
      return this.refuse('vendor');
    }
    if (policy.delivery === 'stream') {
      return this.stream(
        access,
        (options) => openPresigned(link, options, account, policy.timeoutMs),
        signal,
      );
    }
    this.response.writeHead(302, { ...FILE_ANSWER, location: link.url, 'content-length': '0' }).end();
    return { outcome: 'redirected', bytes: 0 };
  }

  private async stream(
    { file }: Extract<FileAccess, { type: 'link' | 'stream' }>,
    open: (options: OpenOptions) => Promise<FileStream>,
    signal: AbortSignal,
  ): Promise<Delivered> {
    const { request, response } = this;
    const opened = (options: OpenOptions) => open({ ...options, scope: this.scope });
    const passed = await passThrough({ request, response, file, open: opened, signal });
    return 'problem' in passed ? this.refuse(passed.problem) : passed;
  }

  private refuse(problem: FileProblem, retryAfterMs?: number): Delivered {
    respondProblem(this.request, this.response, problem, retryAfterMs);
    return { outcome: problem, bytes: 0 };
  }

  private refuseAfter(error: unknown, account: VendorAccount): Delivered {
    if (error instanceof VendorError) return this.refuse(PROBLEM_OF[error.code], error.retryAfterMs);
    if (error instanceof InputError) return this.refuse('unknown');
    const name = error instanceof Error ? error.name : typeof error;
    this.settings.log.error(
      { ...toScopeFields(this.scope), account: account.key, error: name },
      'A file could not be opened.',
    );
    return this.refuse('vendor');
  }
}

/** Opens a link at a file host, which is no part of the account: its silence says nothing about the account's health. */
async function openPresigned(
  link: CheckedLink,
  options: OpenOptions,
  { vendor, key: account }: VendorAccount,
  timeoutMs: number,
): Promise<FileStream> {
  try {
    return await openLink(link, options, timeoutMs);
  } catch (error) {
    if (isAbort(error)) throw error;
    const message = 'The file host of the vendor cannot be reached.';
    throw new VendorError({ code: 'VENDOR_UNAVAILABLE', message, vendor, account });
  }
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
