import type { SeededJob } from '../simulator.ts';
import { TEMPLATES } from './catalogue.ts';
import type { RunBook, Word } from './runs.ts';

interface Seed {
  readonly exportId: number;
  readonly ends: Word;
  /** 0 for a run that has already ended. */
  readonly takesMs: number;
}

/** Oldest first. A template has at most one run under way, as at the vendor. */
const SEEDS: readonly Seed[] = [
  { exportId: 86446, ends: 'Available', takesMs: 0 },
  { exportId: 86466, ends: 'Empty List', takesMs: 0 },
  { exportId: 90210, ends: 'Failed', takesMs: 0 },
  { exportId: 90277, ends: 'Success With Errors', takesMs: 0 },
  { exportId: 86446, ends: 'Available', takesMs: 30_000 },
  { exportId: 86466, ends: 'Available', takesMs: 20_000 },
  { exportId: 90210, ends: 'Available', takesMs: 60_000 },
  { exportId: 90277, ends: 'Success With Errors', takesMs: 45_000 },
];

/** Puts runs in every state in place; those under way start to move when they are first looked at. */
export function seedRuns(runs: RunBook): readonly SeededJob[] {
  return SEEDS.flatMap(({ exportId, ends, takesMs }) => {
    const template = TEMPLATES.find(({ id }) => id === exportId);
    if (template === undefined) return [];
    const run = runs.add(template, { ends, takesMs, start: 'at-first-look' });
    return [
      {
        ids: {
          userIdentityId: String(template.identityId),
          exportId: String(template.id),
          exportFileId: String(run.id),
        },
        ends,
        title: run.file.name,
      },
    ];
  });
}
