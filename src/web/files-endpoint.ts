import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientAddressOf } from '../access/client-address.ts';
import type { FileGrant, FileLinkSigner } from '../access/file-links.ts';
import { parseGlobalId } from '../export/locator.ts';
import type { VendorAccount } from '../export/ports.ts';
import { currentScope, inRequestScope } from '../telemetry/scope.ts';
import { inSpan, parentFrom } from '../telemetry/spans.ts';
import { type Delivered, type DeliveryTools, deliver, type FilePolicy } from './file-delivery.ts';
import { type FileProblem, respondProblem } from './file-problems.ts';

export type { FilePolicy } from './file-delivery.ts';

/** One opening of a file link, for the audit log and the metrics. Holds no link. */
export interface Download extends Delivered {
  /** Empty, like the next three, where the link was none of ours. */
  readonly tenant: string;
  readonly vendor: string;
  readonly account: string;
  /** The global id. */
  readonly exportId: string;
  readonly method: 'GET' | 'HEAD';
  readonly durationMs: number;
}

export interface FilesEndpointSettings extends DeliveryTools {
  readonly signer: FileLinkSigner;
  /** The open account of this identity. */
  readonly accountOf: (identity: string) => VendorAccount | undefined;
  readonly policyOf: (account: VendorAccount) => FilePolicy;
  /** Told of every opening, refused ones included. */
  readonly onDownload: (download: Download) => void;
  readonly clientAddressOf: ClientAddressOf;
}

/** Which file of whom; read from a link's own words. */
type Subject = Pick<Download, 'tenant' | 'vendor' | 'account' | 'exportId'>;

const NOBODY: Subject = { tenant: '', vendor: '', account: '', exportId: '' };

/**
 * `/files/{token}`: a finished file, asked of its vendor anew each time.
 *
 * Every opening of a link that this gateway signed is one line in the log. Others are only counted: anybody can make them up,
 * and a flood of them must not drown the log.
 */
export function createFilesEndpoint(settings: FilesEndpointSettings) {
  const { signer, clock, log, onDownload, clientAddressOf } = settings;

  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const { method } = request;
    if (method !== 'GET' && method !== 'HEAD') return respondProblem(request, response, 'method');

    const startedAt = clock.now();
    const grant = signer.verify(url.pathname.slice('/files/'.length));
    const subject = grant === null ? NOBODY : toSubject(grant);
    const scope = { ...currentScope(), tenant: grant === null ? null : grant.tenant };
    const deliver = () =>
      inSpan(toSpanPlan(request, subject), () => open(settings, grant, request, response));
    const delivered = await inRequestScope(deliver, scope);
    const download: Download = { ...subject, method, ...delivered, durationMs: clock.now() - startedAt };
    if (grant !== null)
      log.info({ ...download, clientAddress: clientAddressOf(request) }, 'A file was asked for.');
    onDownload(download);
  };
}

/** The route, and not the link: whoever has that has the file. */
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

async function open(
  settings: FilesEndpointSettings,
  grant: FileGrant | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Delivered> {
  const refuse = (problem: FileProblem): Delivered => {
    respondProblem(request, response, problem);
    return { outcome: problem, bytes: 0 };
  };
  if (grant === null) return refuse('unknown');
  if (grant.expiresAt <= settings.clock.now()) return refuse('expired');
  const account = settings.accountOf(grant.identity);
  if (account === undefined || account.tenant !== grant.tenant) return refuse('closed');
  return deliver(settings, { request, response, grant, account, policy: settings.policyOf(account) });
}

function toSubject({ tenant, exportId }: FileGrant): Subject {
  try {
    const parsed = parseGlobalId(exportId);
    if (parsed.type !== 'export') return { ...NOBODY, tenant, exportId };
    return { tenant, vendor: parsed.vendor, account: parsed.account, exportId };
  } catch {
    // Signed by a release whose ids were written otherwise.
    return { ...NOBODY, tenant, exportId };
  }
}
