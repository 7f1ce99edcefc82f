/** What the board knows of each export, from lists, answers and events. */
import { now, toMs } from './time.js';

/** @typedef {import('./types.d.ts').Row} Row */
/** @typedef {import('./types.d.ts').BoardExport} BoardExport */

/** A row for something that has no global id yet is kept under the words in the address. */
const UNRESOLVED = 'unresolved ';

export class Store {
  /** @type {Map<string, Row>} */
  rows = new Map();
  /** @type {(row: Row, isNews: boolean) => void} */
  #onChange;

  /** @param {(row: Row, isNews: boolean) => void} onChange - `isNews` where somebody should notice */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  /**
   * Takes what a list or an answer says, unless a stream has said something newer.
   *
   * @param {BoardExport} shown
   * @param {boolean} isNews - whether a new row is worth notice
   */
  takeRead(shown, isNews) {
    const row = this.#takeState(shown, isNews);
    if (shown.tracking !== undefined) row.tracking = shown.tracking;
    return row;
  }

  /**
   * Takes what the gateway says after it was asked to change something: newer than any stream, but for an end.
   *
   * @param {BoardExport} shown
   */
  takeAnswer(shown) {
    const known = this.rows.get(shown.id);
    if (known?.export?.isTerminal && !shown.isTerminal) return;
    const row = this.#put(shown, known === undefined || isMoved(known, shown));
    if (shown.tracking !== undefined) row.tracking = shown.tracking;
  }

  /**
   * @param {string} id
   * @param {Row['tracking']} tracking
   */
  takeTracking(id, tracking) {
    const row = this.rows.get(id);
    if (row === undefined) return;
    row.tracking = tracking;
    this.#onChange(row, false);
  }

  /**
   * @param {BoardExport} shown
   * @param {boolean} isNews
   */
  #takeState(shown, isNews) {
    const known = this.rows.get(shown.id);
    const isEnded = known?.export?.isTerminal ?? false;
    // A stream tells everything up to the end; what becomes of an ended export, only lists tell.
    if (known?.isLive && !isEnded) return known;
    if (known !== undefined && isEnded && !shown.isTerminal) return known;
    return this.#put(shown, known === undefined ? isNews : isMoved(known, shown));
  }

  /** @param {import('./types.d.ts').BoardEvent} event */
  takeEvent(event) {
    const known = this.rows.get(event.exportId);
    if (known === undefined) return;
    const isNews = event.export !== null && isMoved(known, event.export);
    const row = event.export === null ? known : this.#put(event.export, false);
    row.isLive = true;
    switch (event.__typename) {
      case 'ExportWatchInterrupted':
        row.interruption = event.code ?? '';
        break;
      case 'ExportWatchFailed':
        row.problem = event.message ?? 'This export cannot be read.';
        break;
      case 'ExportStalled':
        row.stalledSince = toMs(event.since);
        break;
      case 'ExportWatchResumed':
        row.interruption = null;
        break;
      case 'SubscriptionTokenExpiring':
        break;
      default:
        row.interruption = null;
        row.stalledSince = null;
    }
    this.#onChange(row, isNews);
  }

  /**
   * @param {string} id
   * @param {Row['files']} files
   */
  takeFiles(id, files) {
    const row = this.rows.get(id);
    if (row === undefined) return;
    row.files = files;
    this.#onChange(row, false);
  }

  /**
   * Marks a row as followed by these words, and forgets what was shown in its place.
   *
   * @param {string} id
   * @param {string} text
   */
  markFollowed(id, text) {
    this.rows.delete(UNRESOLVED + text);
    const row = this.rows.get(id);
    if (row === undefined) return;
    row.followedAs = text;
    this.#onChange(row, false);
  }

  /**
   * Shows why something that is followed cannot be shown.
   *
   * @param {string} text
   * @param {string} problem
   */
  takeProblem(text, problem) {
    const row = this.#keep(UNRESOLVED + text);
    row.followedAs = text;
    row.problem = problem;
    this.#onChange(row, false);
  }

  /** @param {(row: Row) => boolean} isWanted */
  keepOnly(isWanted) {
    for (const [key, row] of this.rows) if (!isWanted(row)) this.rows.delete(key);
  }

  /**
   * @param {BoardExport} shown
   * @param {boolean} isNews
   */
  #put(shown, isNews) {
    const row = this.#keep(shown.id);
    if (row.export?.isTerminal === false && shown.isTerminal) row.endSeenAt = now();
    row.export = shown;
    if (shown.files != null) row.files = shown.files;
    if (shown.status === 'EXPIRED') row.files = [];
    this.#onChange(row, isNews);
    return row;
  }

  /** @param {string} key */
  #keep(key) {
    const known = this.rows.get(key);
    if (known !== undefined) return known;
    /** @type {Row} */
    const row = {
      key,
      export: null,
      files: [],
      tracking: null,
      isLive: false,
      isListed: false,
      followedAs: null,
      interruption: null,
      stalledSince: null,
      problem: null,
      seenAt: now(),
      endSeenAt: null,
    };
    this.rows.set(key, row);
    return row;
  }
}

/** @param {Row} row */
export function isEnded({ export: shown, problem }) {
  return problem !== null || (shown?.isTerminal ?? false);
}

/**
 * @param {Row} row
 * @param {BoardExport} shown
 */
function isMoved(row, shown) {
  return row.export === null || row.export.status !== shown.status || row.export.outcome !== shown.outcome;
}

/**
 * The order on the board: what is on its way by its beginning, what ended by its end, newest first.
 *
 * @param {Iterable<Row>} rows
 */
export function inOrder(rows) {
  const all = [...rows];
  const newestFirst =
    (/** @type {(row: Row) => number} */ at) => (/** @type {Row} */ one, /** @type {Row} */ other) =>
      at(other) - at(one) || (one.key < other.key ? -1 : 1);
  return {
    moving: all.filter((row) => !isEnded(row)).sort(newestFirst(beganAt)),
    ended: all.filter(isEnded).sort(newestFirst(endPlace)),
  };
}

/** @param {Row} row */
export function beganAt({ export: shown, seenAt }) {
  return toMs(shown?.createdAt) ?? toMs(shown?.startedAt) ?? seenAt;
}

/**
 * @param {Row} row
 * @returns {number | null} null where neither the vendor nor the board can say
 */
export function endedAt({ export: shown, endSeenAt }) {
  return toMs(shown?.finishedAt) ?? toMs(shown?.updatedAt) ?? endSeenAt;
}

/** What somebody asked for in vain stands first, what has no time at all stands last. @param {Row} row */
function endPlace(row) {
  return row.problem !== null ? Number.MAX_VALUE : (endedAt(row) ?? toMs(row.export?.createdAt) ?? 0);
}
