import type { Clock } from '../../src/runtime/clock.ts';
import { createReportJob, type JobPlan, type ReportFormat, type ReportJob, toSteps } from './jobs.ts';

interface Seed {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly format: ReportFormat;
  readonly timezone: string;
  /** How long before the demo it was created. */
  readonly minutesAgo: number;
  /** How many days its timespan covers. */
  readonly days: number;
  /** A job under way, or one that ended with this word. */
  readonly plan: JobPlan | 'done' | 'failed' | 'canceled' | 'deleted';
}

const DAY_MS = 86_400_000;

/** Oldest first. Fixed ids, so that they can be named in a document. */
// biome-ignore format: a table is read in columns
const SEEDS: readonly Seed[] = [
  { id: '6f1c2a50-8d1e-4c4e-9a57-0b7d6a3c1e01', type: 'calls', name: 'Calls, September', format: 'csv', timezone: 'Europe/Lisbon',
    minutesAgo: 44_000, days: 30, plan: 'deleted' },
  { id: '6f1c2a50-8d1e-4c4e-9a57-0b7d6a3c1e02', type: 'user_status', name: 'Agent status, last week', format: 'json', timezone: 'Europe/Lisbon',
    minutesAgo: 1_470, days: 7, plan: 'failed' },
  { id: '6f1c2a50-8d1e-4c4e-9a57-0b7d6a3c1e03', type: 'contacts', name: 'Contacts, all queues', format: 'csv', timezone: 'America/New_York',
    minutesAgo: 380, days: 14, plan: 'canceled' },
  { id: '6f1c2a50-8d1e-4c4e-9a57-0b7d6a3c1e04', type: 'contacts', name: 'Contacts, support queue', format: 'json_bulk', timezone: 'America/New_York',
    minutesAgo: 95, days: 7, plan: 'done' },
  { id: '6f1c2a50-8d1e-4c4e-9a57-0b7d6a3c1e05', type: 'calls', name: 'Calls, yesterday', format: 'csv', timezone: 'Europe/Lisbon',
    minutesAgo: 31, days: 1, plan: 'done' },
  { id: '6f1c2a50-8d1e-4c4e-9a57-0b7d6a3c1e06', type: 'calls', name: 'Inbound calls, this month', format: 'csv', timezone: 'Europe/Lisbon',
    minutesAgo: 3, days: 21, plan: { createdMs: 4_000, processingMs: 12_000, uploadingMs: 4_000, ends: 'done' } },
  { id: '6f1c2a50-8d1e-4c4e-9a57-0b7d6a3c1e07', type: 'user_status', name: 'Agent status, yesterday', format: 'json', timezone: 'Europe/Lisbon',
    minutesAgo: 2, days: 1, plan: { createdMs: 8_000, processingMs: 22_000, uploadingMs: 5_000, ends: 'done' } },
  { id: '6f1c2a50-8d1e-4c4e-9a57-0b7d6a3c1e08', type: 'contacts', name: 'Contacts, sales queue', format: 'csv', timezone: 'America/New_York',
    minutesAgo: 1, days: 7, plan: { createdMs: 5_000, processingMs: 23_000, uploadingMs: 0, ends: 'failed' } },
  { id: '6f1c2a50-8d1e-4c4e-9a57-0b7d6a3c1e09', type: 'calls', name: 'Missed calls, this quarter', format: 'json', timezone: 'UTC',
    minutesAgo: 0, days: 31, plan: { createdMs: 15_000, processingMs: 38_000, uploadingMs: 7_000, ends: 'done' } },
];

/** The demo's jobs, oldest first, and the word each will end with. */
export function createSeeds(clock: Clock): readonly { readonly job: ReportJob; readonly ends: string }[] {
  return SEEDS.map((seed) => ({
    job: createSeed(clock, seed),
    ends: typeof seed.plan === 'string' ? seed.plan : seed.plan.ends,
  }));
}

function createSeed(
  clock: Clock,
  { id, type, name, format, timezone, minutesAgo, days, plan }: Seed,
): ReportJob {
  const createdAt = clock.now() - minutesAgo * 60_000;
  const to = Math.floor(createdAt / DAY_MS) * DAY_MS;
  const timespan = { from: toIso(to - days * DAY_MS), to: toIso(to) };
  const steps =
    typeof plan === 'string' ? [{ word: plan, lastsMs: Number.POSITIVE_INFINITY }] : toSteps(plan);
  const order = { name, timezone, format, timespan };
  return createReportJob(clock, { id, type, order, createdAt, steps, start: 'at-first-look' });
}

function toIso(instant: number): string {
  return new Date(instant).toISOString();
}
