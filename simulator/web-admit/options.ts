import { DEMO_WEB_ADMIT_API_KEY } from '../demo-credentials.ts';

/** How an error body is written: today's, the legacy generic one, or that of the docs of 2017-10 to 2018-05. */
export type ErrorStyle = 'message' | 'generic' | 'schema';

/** How the simulated API behaves; the defaults are what the real one does. */
export interface WebAdmitSimulatorOptions {
  /** Keys that are good; real ones are 32 lower-case hex digits. */
  readonly keys: readonly string[];
  /** `title` is what the API sends (`In Progress`), `snake` what the vendor's page shows (`in_progress`). */
  readonly spelling: 'title' | 'snake';
  /** Single answers hold an array of one, as the docs before May 2018 show. */
  readonly wrapsRunsInArrays: boolean;
  /** `export_id` names another template than `href` does, as in the vendor's own sample. */
  readonly mismatchesExportIds: boolean;
  readonly errorStyle: ErrorStyle;
  /** Calls per key and hour. */
  readonly callsPerHour: number;
  /** What a spent budget is answered with; neither is documented. */
  readonly overLimitStatus: 429 | 403;
  /** How many runs of an identity count as recent. */
  readonly recentRuns: number;
}

export const DEFAULT_OPTIONS: WebAdmitSimulatorOptions = {
  keys: [DEMO_WEB_ADMIT_API_KEY],
  spelling: 'title',
  wrapsRunsInArrays: false,
  mismatchesExportIds: false,
  errorStyle: 'message',
  callsPerHour: 5_000,
  overLimitStatus: 429,
  recentRuns: 50,
};
