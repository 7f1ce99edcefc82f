import { CommandError } from '../command-error.ts';
import { EXIT } from '../exit-codes.ts';

/** One call of a tool while it is being answered. */
export interface OpenCall {
  /** Aborts when the caller takes it back, or this server goes away; its reason is then a CommandError. */
  readonly signal: AbortSignal;
  readonly close: () => void;
}

/** The calls that are being answered, by the names that their callers have given them. */
export class OpenCalls {
  private readonly byName = new Map<string, AbortController>();
  private readonly all = new Set<AbortController>();
  private isDraining = false;

  /**
   * @param session - under which its caller may take it back; null where the connection alone tells that
   * @param id - as the caller numbers its requests
   */
  open(session: string | null, id: string | number): OpenCall {
    const controller = new AbortController();
    const name = session === null ? null : toName(session, id);
    this.all.add(controller);
    if (name !== null) this.byName.set(name, controller);
    if (this.isDraining) controller.abort(toDrain());
    return {
      signal: controller.signal,
      close: () => {
        this.all.delete(controller);
        if (name !== null && this.byName.get(name) === controller) this.byName.delete(name);
      },
    };
  }

  cancel(session: string | null, id: unknown): void {
    if (session === null || (typeof id !== 'string' && typeof id !== 'number')) return;
    this.byName.get(toName(session, id))?.abort();
  }

  /** Every call that is open now, or comes yet, is told to come again. */
  drain(): void {
    this.isDraining = true;
    for (const controller of this.all) controller.abort(toDrain());
  }
}

function toName(session: string, id: string | number): string {
  return JSON.stringify([session, id]);
}

function toDrain(): CommandError {
  return new CommandError(
    EXIT.failed,
    'This server is going away: ask again in a moment.',
    'SERVER_DRAINING',
  );
}
