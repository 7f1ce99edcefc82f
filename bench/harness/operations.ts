/** The operations that are sent, and what an answer to them must hold. */

export const REPORT_ID = '5b218778-e7a5-4d73-8187-f10824047715';

const FIELDS = /* GraphQL */ `
  __typename
  id
  name
  status
  rawStatus
  isTerminal
  outcome
  failure { code message isRetryable }
  progress { percent completedParts totalParts }
  createdAt
  updatedAt
  files { name mediaType }
  observation { observedAt isStale }
`.replaceAll(/\s+/g, ' ');

export const ONE_EXPORT = `query One($locator: ExportLocator!) { export(locator: $locator) {${FIELDS}} }`;
export const SEVERAL_EXPORTS = `query Several($locators: [ExportLocator!]!) { exports(locators: $locators) {${FIELDS}} }`;
export const WATCHED_EXPORT = `query Watched($locator: ExportLocator!) { export(locator: $locator, maxAgeMs: 3600000) {${FIELDS}} }`;

/** Stands for the request's number: no two requests of a run name the same export, so that nothing is shared between them. */
export const NUMBER = '@N@';

/** Where an export is, as the schema's `ExportLocator` has it. */
export type Locator =
  | { readonly powerBi: { readonly reportId: string; readonly exportId: string } }
  | { readonly hiEnergy: { readonly exportId: string } }
  | { readonly talkdesk: { readonly reportType: string; readonly jobId: string } }
  | {
      readonly webAdmit: {
        readonly exportId: string;
        readonly exportFileId: string;
        readonly userIdentityId?: string;
      };
    };

/** One export of each vendor in turn. */
export function toOneExportBodies(): readonly string[] {
  const locators: readonly Locator[] = [
    { powerBi: { reportId: REPORT_ID, exportId: `Mi9CbG9iSWRWMi0${NUMBER}` } },
    { hiEnergy: { exportId: `4${NUMBER}` } },
    { talkdesk: { reportType: 'calls', jobId: `j${NUMBER}` } },
    { webAdmit: { exportId: '90277', exportFileId: `7${NUMBER}` } },
  ];
  return locators.map((locator) => JSON.stringify({ query: ONE_EXPORT, variables: { locator } }));
}

/**
 * Twenty exports, five of each vendor.
 *
 * @param isListed - whether the vendors' list calls name them; only Hi Energy's list then stands for the same few for everybody
 */
export function toTwentyExportsBodies(isListed: boolean): readonly string[] {
  return Array.from({ length: 5 }, (_, variant) => {
    const five = [0, 1, 2, 3, 4];
    const locators: readonly Locator[] = [
      ...five.map((n) => ({ powerBi: { reportId: REPORT_ID, exportId: `Mi9CbG9iSWRWMi0${NUMBER}x${n}` } })),
      ...five.map((n) => ({
        hiEnergy: { exportId: isListed ? String(1 + variant * 5 + n) : `4${NUMBER}${n}` },
      })),
      ...five.map((n) => ({
        talkdesk: isListed
          ? { reportType: `r${NUMBER}`, jobId: `r${NUMBER}-${n}` }
          : { reportType: 'calls', jobId: `j${NUMBER}-${n}` },
      })),
      ...five.map((n) => ({
        webAdmit: { exportId: '90277', exportFileId: `${NUMBER}0${n}`, userIdentityId: NUMBER },
      })),
    ];
    return JSON.stringify({ query: SEVERAL_EXPORTS, variables: { locators } });
  });
}

/** The same few exports again and again, for answers from memory. */
export function toWatchedBodies(exports: number): readonly string[] {
  return toWatchedLocators(exports).map((locator) =>
    JSON.stringify({ query: WATCHED_EXPORT, variables: { locator } }),
  );
}

export function toWatchedLocators(count: number, from = 0): readonly Locator[] {
  return Array.from({ length: count }, (_, index) => ({
    powerBi: { reportId: REPORT_ID, exportId: `Mjllzzz${from + index + 1}` },
  }));
}

/** The path of the vendor's own call for one export. */
export function toVendorPath(locator: Locator): string {
  if ('powerBi' in locator) {
    const { reportId, exportId } = locator.powerBi;
    return `/power-bi/v1.0/myorg/reports/${reportId}/exports/${encodeURIComponent(exportId)}`;
  }
  if ('hiEnergy' in locator) return `/hi-energy/api/v1/exports/${locator.hiEnergy.exportId}`;
  if ('talkdesk' in locator) {
    const { reportType, jobId } = locator.talkdesk;
    return `/talkdesk/data/reports/${reportType}/jobs/${jobId}`;
  }
  const { exportId, exportFileId } = locator.webAdmit;
  return `/web-admit/api/v1/exports/${exportId}/export_files/${exportFileId}`;
}

/** What each vendor wants to be shown; no vendor here looks at it. */
export function toVendorHeaders(locator: Locator): Readonly<Record<string, string>> {
  if ('hiEnergy' in locator || 'webAdmit' in locator)
    return { 'x-api-key': 'bench-vendor-key', accept: 'application/json' };
  return { authorization: 'Bearer bench-vendor-token', accept: 'application/json' };
}
