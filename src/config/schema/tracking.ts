import { mapping, wholeNumber } from '../../yaml/scalars.ts';

const MAX_DAYS = 3_650;
const MAX_OPEN = 1_000_000;

/** The section `tracking`. */
export const trackingSchema = mapping({
  keepDays: wholeNumber(1, MAX_DAYS)
    .default(30)
    .describe('How long a tracked export is remembered after it has ended, in days.'),
  maxOpen: wholeNumber(1, MAX_OPEN)
    .default(10_000)
    .describe(
      'Exports that have not ended and that one tenant may have tracked; one more is TRACKING_LIMIT.',
    ),
})
  .prefault({})
  .describe('How long and how many tracked exports are remembered.');
