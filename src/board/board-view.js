/** The page around the rows. */
import { byId, element, setText } from './dom.js';
import { RowView, showList } from './row-view.js';
import { inOrder } from './store.js';
import { CONNECTION_WORDS } from './words.js';

/** @typedef {import('./types.d.ts').Row} Row */
/** @typedef {import('./types.d.ts').AccountProblem} AccountProblem */

const TITLE = 'Waybill';

export class BoardView {
  /** @type {Map<string, RowView>} */
  #views = new Map();
  /** @type {import('./types.d.ts').RowCommands} */
  #commands;
  #isScheduled = false;
  /** @type {Set<string>} */
  #highlighted = new Set();
  /** @type {ReadonlyMap<string, Row>} */
  #rows;

  /**
   * @param {ReadonlyMap<string, Row>} rows
   * @param {import('./types.d.ts').RowCommands} commands
   */
  constructor(rows, commands) {
    this.#rows = rows;
    this.#commands = commands;
  }

  /**
   * Shows the rows as they are, once for all changes of this moment.
   *
   * @param {string} [highlighted] - the key of a row to notice
   */
  update(highlighted) {
    if (highlighted !== undefined) this.#highlighted.add(highlighted);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // Not an animation frame: a tab in the background keeps its title true.
    setTimeout(() => {
      this.#isScheduled = false;
      this.#render();
    });
  }

  /** What changes with time alone. */
  tick() {
    for (const view of this.#views.values()) view.tick();
  }

  /** @param {import('./types.d.ts').ConnectionState} state */
  showConnection(state) {
    const connection = byId('connection');
    connection.dataset.state = state;
    setText(connection, CONNECTION_WORDS[state]);
  }

  /** @param {string | null} text */
  showNotice(text) {
    const notice = byId('notice');
    notice.hidden = text === null;
    setText(notice, text ?? '');
  }

  /**
   * @param {readonly AccountProblem[]} problems
   * @param {boolean} hasMore
   */
  showFootnotes(problems, hasMore) {
    const texts = problems.map(
      ({ account, message }) => `${account.vendor.name} · ${account.key} is not listed: ${message}`,
    );
    showList(byId('unavailable'), texts, (text) => element('li', '', [text]));
    byId('more').hidden = !hasMore;
  }

  #render() {
    const { moving, ended } = inOrder(this.#rows.values());
    for (const [key, view] of this.#views) {
      if (this.#rows.has(key)) continue;
      view.element.remove();
      this.#views.delete(key);
    }
    this.#place(byId('moving'), moving);
    this.#place(byId('ended'), ended);
    setText(byId('moving-count'), String(moving.length));
    setText(byId('ended-count'), String(ended.length));
    byId('moving').hidden = moving.length === 0;
    byId('moving-empty').hidden = moving.length > 0;
    byId('ended-section').hidden = ended.length === 0;
    document.title = moving.length === 0 ? TITLE : `(${moving.length}) ${TITLE}`;
    this.#highlighted.clear();
  }

  /**
   * @param {HTMLElement} list
   * @param {readonly Row[]} rows
   */
  #place(list, rows) {
    for (const [index, row] of rows.entries()) {
      const view = this.#view(row.key);
      view.show(row);
      if (list.children[index] !== view.element) insert(list, view.element, index);
      if (this.#highlighted.has(row.key)) view.highlight();
    }
  }

  /** @param {string} key */
  #view(key) {
    const known = this.#views.get(key);
    if (known !== undefined) return known;
    const view = new RowView(this.#commands);
    this.#views.set(key, view);
    return view;
  }
}

/**
 * Moves a row to its place; whoever stands in it with the keyboard stays in it.
 *
 * @param {HTMLElement} list
 * @param {HTMLElement} row
 * @param {number} index
 */
function insert(list, row, index) {
  const focused = row.contains(document.activeElement) ? document.activeElement : null;
  list.insertBefore(row, list.children[index] ?? null);
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
}
