import type { Random } from '../../src/runtime/clock.ts';
import { pickOne, pickWords } from '../pick.ts';
import type { DemoOrder } from '../simulator.ts';

const TYPES = [
  ['advertisers_csv', 'Advertisers'],
  ['deals_excel', 'Deals'],
  ['hot_advertisers_excel', 'Hot advertisers'],
  ['clicks_details_excel', 'Click details'],
] as const;

const THINGS = ['garden', 'tents', 'shoes', 'coffee', 'bicycles', 'lamps', 'books', 'skiing'] as const;

/** A report that was not ordered lately: an identical one would only be shown again. */
export function createHiEnergyOrder(random: Random): DemoOrder {
  const [reportType, title] = pickOne(random, TYPES);
  const thing = pickOne(random, THINGS);
  const discount = 1 + Math.floor(random.next() * 60);
  return {
    label: `${title}, ${thing} from ${discount} % off`,
    fields: { reportType, searchParams: { q: thing, min_discount: discount } },
    words: pickWords(random, ['failed', 'chunked', 'chunked', 'slow']),
  };
}
