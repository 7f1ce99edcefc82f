import type { ExportFailure, ExportOutcome, ExportStatus } from '../../export/export.ts';
import { toLocatorText } from '../../export/locator-text.ts';
import type { Delivery } from '../../export/store.ts';
import type { VendorId } from '../../export/vendor-id.ts';

/** A finished file with a link that was made for one attempt. */
export interface WebhookFile {
  readonly name: string;
  readonly mediaType: string | null;
  readonly url: string;
  /** Epoch milliseconds. */
  readonly urlExpiresAt: number;
}

/**
 * Makes the links of an export's files, anew for every attempt: those of yesterday's would have ended.
 *
 * Null where the files are not known. Where it rejects, or takes too long, the webhook goes without them.
 */
export type LinksFor = (
  delivery: Delivery,
) => readonly WebhookFile[] | null | Promise<readonly WebhookFile[] | null>;

/** What a receiver reads. All instants are in RFC 3339; what can be null is null until the vendor has told it. */
export interface WebhookBody {
  readonly type: string;
  readonly timestamp: string;
  readonly data: {
    readonly id: string | null;
    readonly vendor: VendorId | null;
    readonly account: string | null;
    readonly name: string | null;
    readonly label: string | null;
    readonly status: ExportStatus | null;
    readonly rawStatus: string | null;
    readonly outcome: ExportOutcome | null;
    readonly failure: ExportFailure | null;
    readonly createdAt: string | null;
    readonly finishedAt: string | null;
    readonly files:
      | readonly {
          readonly name: string;
          readonly mediaType: string | null;
          readonly url: string;
          readonly urlExpiresAt: string;
        }[]
      | null;
    readonly locator: string | null;
  };
}

/** The type of a message that only tries an endpoint out. */
export const TEST_TYPE = 'test';

/** What one delivery says. */
export function toBody(delivery: Delivery, files: readonly WebhookFile[] | null): WebhookBody {
  const { type, at, key, label, snapshot } = delivery;
  return {
    type,
    timestamp: toInstant(at),
    data: {
      id: key.id,
      vendor: key.vendor,
      account: key.account,
      name: snapshot?.name ?? null,
      label,
      status: snapshot?.status ?? null,
      rawStatus: snapshot?.rawStatus ?? null,
      outcome: snapshot?.outcome ?? null,
      failure: toFailure(snapshot?.failure ?? null),
      createdAt: toInstantOrNull(snapshot?.createdAt),
      finishedAt: toInstantOrNull(snapshot?.finishedAt),
      files: files === null ? null : files.map(toFile),
      locator: toLocatorText(key),
    },
  };
}

/** A message of the same shape about no export at all: nobody's program can take it for one. */
export function toTestBody(at: number): WebhookBody {
  return {
    type: TEST_TYPE,
    timestamp: toInstant(at),
    data: {
      id: null,
      vendor: null,
      account: null,
      name: null,
      label: null,
      status: null,
      rawStatus: null,
      outcome: null,
      failure: null,
      createdAt: null,
      finishedAt: null,
      files: null,
      locator: null,
    },
  };
}

/** Field by field: what a store gave back may hold more. */
function toFailure(failure: ExportFailure | null): ExportFailure | null {
  if (failure === null) return null;
  const { code, message, isRetryable, retryAfterMs } = failure;
  return { code, message, isRetryable, retryAfterMs };
}

function toFile({ name, mediaType, url, urlExpiresAt }: WebhookFile) {
  return { name, mediaType, url, urlExpiresAt: toInstant(urlExpiresAt) };
}

function toInstantOrNull(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : toInstant(at);
}

function toInstant(at: number): string {
  return new Date(at).toISOString();
}
