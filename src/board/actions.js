/** What somebody does to exports from the board, and what comes of it in the rows. */
import { KeyNeededError } from './ask.js';
import { cancelExport, startExport, trackExport, untrackExport } from './changes.js';
import { codeOf, problemText } from './problem-words.js';

/** @typedef {import('./types.d.ts').Row} Row */

const LOST = 'It may have been done all the same: look again in a moment, or press once more.';

/**
 * @typedef {object} ActionsParts
 * @property {import('./store.js').Store} store
 * @property {() => void} onKeyNeeded
 * @property {(id: string) => void} onStarted - an export came to the board
 */

export class Actions {
  /** @type {ActionsParts} */
  #parts;
  /** Accounts whose exports cannot be tracked. @type {Set<string>} */
  #untrackable = new Set();
  /** Exports whose tracking was changed here since a list was asked for. @type {Set<string>} */
  #changed = new Set();
  /** Counts the callers: an answer to the one before is for nobody's eyes now. */
  #turn = 0;

  /** @param {ActionsParts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** Forgets what was learnt for the caller before. */
  reset() {
    this.#turn += 1;
    this.#untrackable.clear();
    this.#changed.clear();
  }

  /** A list is asked for now: what it says of tracking is newer than what was changed before. */
  listAsked() {
    this.#changed.clear();
  }

  /**
   * An export as a list names it, without what was changed here while the list was on its way.
   *
   * @param {import('./types.d.ts').BoardExport} shown
   */
  withoutChanged(shown) {
    return this.#changed.has(shown.id) ? { ...shown, tracking: undefined } : shown;
  }

  /** @param {Row} row */
  canTrack(row) {
    return !this.#untrackable.has(row.export?.account.key ?? '');
  }

  /**
   * @param {Row} row
   * @param {string} label
   * @returns {Promise<string | null>} what went wrong
   */
  track(row, label) {
    return this.#change(
      () => trackExport(row.key, label),
      (tracking) => this.#takeTracking(row, tracking),
      (error) => {
        if (codeOf(error) === 'UNSUPPORTED_BY_VENDOR') this.#untrackable.add(row.export?.account.key ?? '');
      },
    );
  }

  /** @param {Row} row */
  untrack(row) {
    return this.#change(
      () => untrackExport(row.key),
      () => this.#takeTracking(row, null),
    );
  }

  /** @param {Row} row */
  cancel(row) {
    return this.#change(
      () => cancelExport(row.key),
      (shown) => this.#parts.store.takeAnswer(shown),
    );
  }

  /**
   * Starts an export.
   *
   * @param {object} input
   * @returns {ReturnType<typeof startExport>} null where the answer is for nobody any more
   * @throws RefusedError, or another Error where no answer came
   */
  async start(input) {
    const turn = this.#turn;
    const started = await startExport(input).catch((error) => this.#heedKey(error, turn));
    if (turn !== this.#turn) throw new KeyNeededError('Another caller is here now.');
    this.#changed.add(started.export.id);
    this.#parts.store.takeAnswer(started.export);
    this.#parts.onStarted(started.export.id);
    return started;
  }

  /**
   * @template Answer
   * @param {() => Promise<Answer>} ask
   * @param {(answer: Answer) => void} take
   * @param {(error: unknown) => void} [onRefused]
   * @returns {Promise<string | null>}
   */
  async #change(ask, take, onRefused = () => undefined) {
    const turn = this.#turn;
    try {
      const answer = await ask();
      if (turn === this.#turn) take(answer);
      return null;
    } catch (error) {
      if (turn !== this.#turn) return null;
      if (error instanceof KeyNeededError) {
        this.#parts.onKeyNeeded();
        return null;
      }
      onRefused(error);
      return problemText(error, LOST);
    }
  }

  /**
   * @param {unknown} error
   * @param {number} turn
   * @returns {never}
   */
  #heedKey(error, turn) {
    if (error instanceof KeyNeededError && turn === this.#turn) this.#parts.onKeyNeeded();
    throw error;
  }

  /**
   * @param {Row} row
   * @param {Row['tracking']} tracking
   */
  #takeTracking(row, tracking) {
    this.#changed.add(row.key);
    this.#parts.store.takeTracking(row.key, tracking);
  }
}
