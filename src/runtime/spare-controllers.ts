import { onAbort } from './on-abort.ts';

/** As many are kept at most. */
const MAX_SPARE = 1_000;

/**
 * Abort controllers for work that is hardly ever aborted, used one after the other: each costs more to make than all else that
 * a read of one export costs here.
 *
 * Nothing may listen to a signal any more once its work has ended.
 */
export class SpareControllers {
  private readonly spare: AbortController[] = [];

  take(): AbortController {
    return this.spare.pop() ?? createController();
  }

  /** The work has ended: another may have it, unless it was aborted. */
  giveBack(controller: AbortController): void {
    if (!controller.signal.aborted && this.spare.length < MAX_SPARE) this.spare.push(controller);
  }
}

function createController(): AbortController {
  const controller = new AbortController();
  // Keeps the signal's one listener, so that those who come and go with `onAbort` need none.
  onAbort(controller.signal, ignore);
  return controller;
}

function ignore(): void {}
