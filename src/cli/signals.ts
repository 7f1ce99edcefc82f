import { CommandError } from './command-error.ts';
import { EXIT } from './exit-codes.ts';

/** Longer than the gateway's own grace for answers in flight. */
const GIVE_UP_MS = 15_000;

/** On SIGTERM or SIGINT: drains and exits with 0; a second signal, or a drain that hangs, ends the process at once. */
export function drainOnSignal(drain: () => Promise<void>): void {
  let isDraining = false;
  const onSignal = (): void => {
    if (isDraining) process.exit(1);
    isDraining = true;
    setTimeout(() => process.exit(1), GIVE_UP_MS).unref();
    drain().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

/**
 * For commands that end by themselves: the first SIGINT or SIGTERM aborts the signal, so that the terminal is put in order and
 * connections are closed; a second one ends the process at once.
 */
export function listenForInterrupt(): AbortSignal {
  const controller = new AbortController();
  const on = (signal: 'SIGINT' | 'SIGTERM', exitCode: number): void => {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(exitCode);
      controller.abort(new CommandError(exitCode, ''));
    });
  };
  on('SIGINT', EXIT.interrupted);
  on('SIGTERM', EXIT.terminated);
  return controller.signal;
}
