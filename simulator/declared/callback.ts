import type { Clock } from '../../src/runtime/clock.ts';
import type { VendorDeclaration } from '../../src/vendor-file/declaration.ts';
import { postToLoopback } from '../post-callback.ts';
import { toForm } from './form.ts';
import { lastIdOf } from './ids.ts';
import type { DeclaredJob } from './jobs.ts';
import { putAt } from './json.ts';
import type { Spellings } from './words.ts';

/** Tells a callback once a job has ended, as the vendor's file says that it comes. */
export function callWhenOver(
  clock: Clock,
  job: DeclaredJob,
  parts: { readonly declaration: VendorDeclaration; readonly spellings: Spellings; readonly address: string },
): void {
  const { declaration, address } = parts;
  const { callback, status } = declaration;
  const waitMs = job.remainingMs();
  if (callback === null || waitMs === Number.POSITIVE_INFINITY) return;
  clock.setTimer(waitMs, () => {
    // A real timer may ring a moment early.
    if (job.remainingMs() > 0) return callWhenOver(clock, job, parts);
    const id = (status.id?.prefix ?? '') + (job.ids[lastIdOf(declaration)] ?? '');
    const body = putAt({}, callback.id[0], id);
    void postToLoopback(
      address,
      callback.body === 'form'
        ? { type: 'application/x-www-form-urlencoded', text: toForm(body).toString() }
        : { type: 'application/json', text: JSON.stringify(body) },
    );
  });
}
