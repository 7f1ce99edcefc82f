import type { LocatorGrammar } from '../../export/ports.ts';
import { EXPORT_ID_PATTERN, type HiEnergyIds } from './types.ts';

/** The one id of a Hi Energy export. */
export const HI_ENERGY_LOCATOR: LocatorGrammar<HiEnergyIds> = {
  exportId: {
    isOptional: false,
    test: (value) => EXPORT_ID_PATTERN.test(value),
    allowed: 'a positive integer of at most 19 digits, without leading zeros',
  },
};
