import type { Pacing } from '../export/ports.ts';
import type { CodedVendorId, VendorId } from '../export/vendor-id.ts';
import type { AccountLimits } from '../http/types.ts';
import type { VendorDeclaration } from '../vendor-file/declaration.ts';
import { toFileHosts } from '../vendor-file/file-hosts.ts';
import { SHIPPED_DECLARATIONS } from '../vendor-file/generated/shipped.ts';
import type { AccountCredential, FileDelivery } from './config.ts';

/** What an account of a vendor may say, and what holds where it says nothing. */
export interface VendorDefaults {
  /** `undefined` where every customer has an address of its own, so that the account must name it. */
  readonly baseUrl: string | undefined;
  /** Ways the vendor can be spoken to, the usual one first. */
  readonly credentialTypes: readonly [AccountCredential['type'], ...AccountCredential['type'][]];
  readonly limits: AccountLimits;
  readonly pacing: Pacing;
  /** Ways a finished file can be handed out; the first is the default. */
  readonly files: readonly [FileDelivery, ...FileDelivery[]];
  /** Where this vendor's file links point, beside the API's own origin. */
  readonly fileOrigins: readonly string[];
  /** False where the vendor has no call that lists exports: nothing can be found there that nobody has named. */
  readonly canList: boolean;
  /** True where exports can only be listed by report type, so that an account may name the types. */
  readonly hasReportTypes: boolean;
  /** The vendor's file, where it has one: settings of accounts, and addresses made of them. */
  readonly declaration?: VendorDeclaration | undefined;
}

const MINUTE_MS = 60_000;
const TIMEOUT_MS = 10_000;

/**
 * One row per coded vendor: all that the configuration knows about it.
 *
 * Sources: each vendor's API documentation, as told in its folder's README; read 2026-11.
 */
export const VENDOR_DEFAULTS = {
  'power-bi': {
    baseUrl: 'https://api.powerbi.com/v1.0/myorg',
    credentialTypes: ['client-credentials', 'bearer', 'caller'],
    // Limits of ordinary GETs are not published; there is no list call, so every export costs one GET a poll.
    limits: { requestsPerSecond: 10, maxConcurrent: 8, timeoutMs: TIMEOUT_MS },
    // An export may take 60 minutes, but its last action moves with every page: half of that without one is unusual.
    pacing: { minMs: 1_000, maxMs: MINUTE_MS, stallAfterMs: 30 * MINUTE_MS },
    // The file stands behind the API's own token, which no browser has.
    files: ['stream'],
    fileOrigins: [],
    canList: false,
    hasReportTypes: false,
  },
  'hi-energy': {
    baseUrl: 'https://app.hienergy.ai/api/v1',
    credentialTypes: ['api-key', 'bearer', 'caller'],
    // Publisher accounts have 1,000 requests an hour: a burst may be quick, polling must not be.
    limits: { requestsPerSecond: 5, maxConcurrent: 4, timeoutMs: TIMEOUT_MS },
    // Chunked exports report each part; none of them takes half an hour.
    pacing: { minMs: 5_000, maxMs: MINUTE_MS, stallAfterMs: 30 * MINUTE_MS },
    files: ['redirect', 'stream'],
    // "Presigned S3"; neither bucket nor region is published.
    fileOrigins: ['*.amazonaws.com'],
    canList: true,
    hasReportTypes: false,
  },
  talkdesk: {
    baseUrl: undefined,
    credentialTypes: ['client-credentials', 'bearer', 'caller'],
    // The limit is not published; a sibling API of Talkdesk's documents 2 requests a second.
    limits: { requestsPerSecond: 2, maxConcurrent: 4, timeoutMs: TIMEOUT_MS },
    // Reports usually take seconds, and clients give up after 5 to 10 minutes.
    pacing: { minMs: 2_000, maxMs: MINUTE_MS, stallAfterMs: 10 * MINUTE_MS },
    files: ['redirect', 'stream'],
    // `s3.amazonaws.com` in the documentation, other regions' hosts elsewhere.
    fileOrigins: ['*.amazonaws.com'],
    canList: true,
    hasReportTypes: true,
  },
  'web-admit': {
    baseUrl: 'https://api.webadmit.org',
    credentialTypes: ['api-key', 'caller'],
    // 5,000 calls an hour and key, 1,000 in older times; clients poll every 2 to 3 seconds.
    limits: { requestsPerSecond: 5, maxConcurrent: 4, timeoutMs: TIMEOUT_MS },
    // Neither progress nor times are reported: only a status that stands still for long tells.
    pacing: { minMs: 2_000, maxMs: MINUTE_MS, stallAfterMs: 30 * MINUTE_MS },
    files: ['redirect', 'stream'],
    // `webadmit-production.s3.amazonaws.com` in the documentation; customers have hosts of their own.
    fileOrigins: ['*.amazonaws.com'],
    canList: true,
    hasReportTypes: false,
  },
} as const satisfies Record<CodedVendorId, VendorDefaults>;

/** A row for each vendor that an account may be at, in the order in which they are named. */
export type VendorRows = ReadonlyMap<VendorId, VendorDefaults>;

/** @param own - the user's own vendor files */
export function toVendorRows(own: readonly VendorDeclaration[] = []): VendorRows {
  return new Map<VendorId, VendorDefaults>([
    ...Object.entries(VENDOR_DEFAULTS),
    ...[...SHIPPED_DECLARATIONS, ...own].map(
      (declaration) => [declaration.id, toVendorDefaults(declaration)] as const,
    ),
  ]);
}

/** The vendors that come with Waybill. */
export const USUAL_ROWS = toVendorRows();

function toVendorDefaults(declaration: VendorDeclaration): VendorDefaults {
  const { credentials, limits, pacing, files, list } = declaration;
  const types = (['api-key', 'client-credentials', 'refresh-token', 'bearer'] as const).filter(
    (type) => credentials[type] !== undefined,
  );
  const takesCallers = credentials.bearer !== undefined || credentials['api-key'] !== undefined;
  const [first, ...rest] = [...types, ...(takesCallers ? (['caller'] as const) : [])];
  // A browser can be sent to a link that needs no credential.
  const hasLinks = files.some(({ kind, credential }) => kind !== 'stream' && !credential);
  return {
    baseUrl: undefined,
    credentialTypes: [first ?? 'caller', ...rest],
    limits: { ...limits, timeoutMs: TIMEOUT_MS },
    pacing,
    files: hasLinks ? ['redirect', 'stream'] : ['stream'],
    fileOrigins: toFileHosts(declaration),
    canList: list !== null,
    hasReportTypes: false,
    declaration,
  };
}
