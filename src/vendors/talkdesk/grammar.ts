import type { LocatorGrammar } from '../../export/ports.ts';
import type { TalkdeskIds } from './types.ts';

/** Not an enumeration: Talkdesk has more report types than it has published slugs for. */
const REPORT_TYPE = /^[a-z][a-z0-9_]{0,63}$/;

/** UUIDs in real traffic, 24 hex digits in the retired API. */
const JOB_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The ids of a report job. */
export const TALKDESK_LOCATOR: LocatorGrammar<TalkdeskIds> = {
  reportType: {
    isOptional: false,
    test: (value) => REPORT_TYPE.test(value),
    allowed: 'a report type: lower-case letters, digits and underscores, a letter first, at most 64',
  },
  jobId: {
    isOptional: false,
    test: (value) => JOB_ID.test(value),
    allowed: '1 to 64 letters, digits, hyphens or underscores',
  },
};

/** The report types whose slugs are confirmed: what is listed where the configuration names none. */
export const KNOWN_REPORT_TYPES: readonly string[] = [
  'calls',
  'explore_calls',
  'user_status',
  'contacts',
  'ring_attempts',
  'studio_flow_execution',
  'advanced_dialer_calls_report',
];
