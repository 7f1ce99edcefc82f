import { z } from 'zod';

/** What names one export: the workspace (absent for My workspace), the report, the export. */
export type PowerBiIds = {
  readonly groupId?: string;
  readonly reportId: string;
  readonly exportId: string;
};

/** Power BI's words for where an export stands, as its OpenAPI file lists them. */
export type PowerBiStatus = 'Undefined' | 'NotStarted' | 'Running' | 'Succeeded' | 'Failed';

/** A field that may be missing or null, and whose nonsense is no reason to hide the rest of the answer. */
function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema
    .nullish()
    .catch(undefined)
    .transform((value) => value ?? undefined);
}

/** The undocumented error of a failed export; only clients' code tells of it. */
const exportErrorSchema = z.object({ code: optional(z.string()), message: optional(z.string()) });

/**
 * The answer of the status call, the fields we read. Only `status` must be there: the vendor's schema requires nothing.
 *
 * Source: "Reports - Get Export To File Status" and swagger.json of microsoft/PowerBI-CSharp (2024-10-15); read 2026-11.
 */
export const exportSchema = z.object({
  // Not `optional`: an id that is no text cannot be the one we asked for.
  id: z.string().nullish(),
  status: z.string(),
  createdDateTime: optional(z.string()),
  lastActionDateTime: optional(z.string()),
  expirationTime: optional(z.string()),
  reportName: optional(z.string()),
  percentComplete: optional(z.number()),
  resourceLocation: optional(z.string()),
  // Real answers write a small r, the OpenAPI file a capital one.
  resourceFileExtension: optional(z.string()),
  ResourceFileExtension: optional(z.string()),
  error: optional(exportErrorSchema),
});

export type PowerBiExportWire = z.output<typeof exportSchema>;

/** A status answer that has been checked, with what its headers say. */
export interface PowerBiAnswer {
  readonly wire: PowerBiExportWire;
  /** The `Retry-After` header as it came; its mere presence has a meaning on a failed export. */
  readonly retryAfter: string | undefined;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** What only Power BI tells about an export. Instants are epoch milliseconds. */
export interface PowerBiDetails {
  readonly exportId: string;
  readonly reportId: string;
  readonly reportName: string | null;
  /** Null for My workspace. */
  readonly groupId: string | null;
  /** 0 to 100. */
  readonly percentComplete: number | null;
  /** With its dot, as the vendor writes it: `.pptx`. */
  readonly resourceFileExtension: string | null;
  /** Null where it is not a whole http(s) address. Never opened: it is data from an answer. */
  readonly resourceLocation: string | null;
  readonly expirationTime: number | null;
  readonly lastActionDateTime: number | null;
}
