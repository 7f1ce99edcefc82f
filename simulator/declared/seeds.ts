import type { LocatorIds } from '../../src/export/export.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import type { VendorDeclaration } from '../../src/vendor-file/declaration.ts';
import { createJobFile } from './files.ts';
import { lastIdOf } from './ids.ts';
import { createJob, type DeclaredJob, type JobPlan } from './jobs.ts';
import type { Ending, Spellings } from './words.ts';

interface Seed {
  readonly title: string;
  /** How long before the demo it was created. */
  readonly minutesAgo: number;
  readonly plan: JobPlan;
}

const over = (ends: Ending): JobPlan => ({ ends, queuedMs: 0, runningMs: 0 });

/** Oldest first; those that a vendor has no word for are left out. */
// biome-ignore format: a table is read in columns
const SEEDS: readonly Seed[] = [
  { title: 'Last quarter',        minutesAgo: 44_000, plan: over('expired') },
  { title: 'Last year, by month', minutesAgo: 2_900,  plan: over('failed') },
  { title: 'A test that was stopped', minutesAgo: 1_450, plan: over('canceled') },
  { title: 'A day without rows',  minutesAgo: 700,    plan: over('empty') },
  { title: 'All regions',         minutesAgo: 380,    plan: over('partial') },
  { title: 'Last month',          minutesAgo: 95,     plan: over('complete') },
  { title: 'Yesterday',           minutesAgo: 31,     plan: over('complete') },
  { title: 'This month',          minutesAgo: 3,      plan: { ends: 'complete', queuedMs: 4_000, runningMs: 16_000 } },
  { title: 'This week, by team',  minutesAgo: 2,      plan: { ends: 'failed',   queuedMs: 6_000, runningMs: 24_000 } },
  { title: 'This quarter',        minutesAgo: 0,      plan: { ends: 'complete', queuedMs: 12_000, runningMs: 40_000 } },
];

/** The demo's exports of a declared vendor, oldest first, and how each will end. */
export function createSeeds(
  declaration: VendorDeclaration,
  spellings: Spellings,
  {
    clock,
    makeIds,
    nextNumber,
  }: {
    readonly clock: Clock;
    makeIds(known: LocatorIds, fresh: readonly string[]): Readonly<Record<string, string>>;
    nextNumber(): number;
  },
): readonly { readonly job: DeclaredJob; readonly ends: Ending }[] {
  const { locator, start } = declaration;
  const fresh = [...Object.keys(start?.answer.ids ?? {}), lastIdOf(declaration)];
  const known = Object.fromEntries(Object.entries(locator).map(([name, { example }]) => [name, example]));
  const order = Object.fromEntries(
    Object.entries(start?.order ?? {}).flatMap(([name, { example }]) =>
      example === undefined ? [] : [[name, example]],
    ),
  );
  return SEEDS.filter(({ plan }) => spellings[plan.ends] !== undefined).map(({ title, minutesAgo, plan }) => {
    const facts = {
      ids: makeIds(known, fresh),
      number: nextNumber(),
      title,
      order,
      file: createJobFile(declaration, title, plan.ends),
      createdAt: clock.now() - minutesAgo * 60_000,
    };
    return { job: createJob(clock, facts, plan, 'at-first-look'), ends: plan.ends };
  });
}
