import type { Random } from '../../src/runtime/clock.ts';
import { pickOne, pickWords } from '../pick.ts';
import type { DemoOrder } from '../simulator.ts';

const DAY_MS = 86_400_000;

const TYPES = [
  ['calls', 'Calls'],
  ['user_status', 'Agent status'],
  ['contacts', 'Contacts'],
  ['ring_attempts', 'Ring attempts'],
] as const;

/** A report over some of the last days. */
export function createTalkdeskOrder(random: Random, now: number): DemoOrder {
  const [reportType, title] = pickOne(random, TYPES);
  const days = 1 + Math.floor(random.next() * 30);
  const to = Math.floor(now / DAY_MS) * DAY_MS;
  const label = `${title}, ${days === 1 ? 'yesterday' : `the last ${days} days`}`;
  return {
    label,
    fields: {
      reportType,
      name: label,
      timezone: pickOne(random, ['UTC', 'Europe/Lisbon', 'America/New_York']),
      format: pickOne(random, ['csv', 'json', 'json_bulk']),
      from: new Date(to - days * DAY_MS).toISOString(),
      to: new Date(to).toISOString(),
    },
    words: pickWords(random, ['failed', 'canceled', 'slow']),
  };
}
