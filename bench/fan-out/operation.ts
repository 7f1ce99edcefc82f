import { REPORT_ID } from './vendor.ts';

/** What a page that shows exports would ask for. */
export const FOLLOW = /* GraphQL */ `
  subscription Follow($locators: [ExportLocator!]!) {
    exportEvents(locators: $locators) {
      __typename
      cursor
      at
      exportId
      export {
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
        files { name url urlExpiresAt }
        observation { observedAt nextPollAt isStale }
      }
      ... on ExportStatusChanged { from to }
    }
  }
`;

/** The same with the vendor's free-form field in it, for large messages. */
export const FOLLOW_LARGE = FOLLOW.replace(' name\n', ' name ... on HiEnergyExport { parameters }\n');

/** As little as can be asked. */
export const FOLLOW_LITTLE =
  'subscription Little($locators: [ExportLocator!]!) { exportEvents(locators: $locators) { exportId } }';

/** Locators of the first so many exports of the vendor with a list call. */
export function toListedLocators(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({ hiEnergy: { exportId: String(index + 1) } }));
}

/** Locators of as many exports of the vendor without one. */
export function toPlainLocators(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({
    powerBi: { reportId: REPORT_ID, exportId: `Mjllzzz${index + 1}` },
  }));
}
