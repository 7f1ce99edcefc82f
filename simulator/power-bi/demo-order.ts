import type { Random } from '../../src/runtime/clock.ts';
import { pickOne, pickWords } from '../pick.ts';
import type { DemoOrder } from '../simulator.ts';
import { DEMO_REPORTS } from './seeds.ts';

const FORMATS = ['PDF', 'PPTX', 'PNG', 'XLSX', 'CSV'] as const;

/** One of the demo's reports, in one of the formats that this simulator writes. */
export function createPowerBiOrder(random: Random): DemoOrder {
  const { reportName, ...ids } = pickOne(random, DEMO_REPORTS);
  const format = pickOne(random, FORMATS);
  return {
    label: `${reportName} as ${format}`,
    fields: { ...ids, format },
    words: pickWords(random, ['failed', 'failed-busy', 'undefined', 'slow']),
  };
}
