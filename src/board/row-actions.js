/** What can be done to one export: tracked, tracked no longer, canceled. */
import { element, setText } from './dom.js';
import { isEnded } from './store.js';

/** @typedef {import('./types.d.ts').Row} Row */

/** A second click later than this is not about the first one. */
const CONFIRM_MS = 8_000;
const MAX_LABEL_LENGTH = 200;

export class RowActions {
  /** The buttons. */
  element = element('div', 'actions');
  /** What stands below the row while somebody answers, or after something went wrong. */
  panel = element('div', 'row-panel');
  #toggle = element('button', 'small-button');
  #cancel = element('button', 'small-button');
  #form = element('form', 'label-form');
  #label = element('input');
  #problem = element('p', 'problem');
  #hint = element('p', 'hint');
  #isBusy = false;
  #isConfirming = false;
  /** @type {number | undefined} */
  #confirmTimer;
  /** @type {import('./types.d.ts').RowCommands} */
  #commands;
  /** @type {Row | null} */
  #row = null;
  #name = '';

  /** @param {import('./types.d.ts').RowCommands} commands */
  constructor(commands) {
    this.#commands = commands;
    this.#toggle.type = 'button';
    this.#cancel.type = 'button';
    this.#problem.setAttribute('role', 'alert');
    this.#hint.setAttribute('role', 'status');
    this.#buildForm();
    this.element.append(this.#cancel, this.#toggle);
    this.panel.append(this.#form, this.#hint, this.#problem);
    this.#toggle.addEventListener('click', () => this.#onToggle());
    this.#cancel.addEventListener('click', (event) => this.#onCancel(event));
    this.#cancel.addEventListener('keydown', ({ key }) => key === 'Escape' && this.#setConfirming(false));
  }

  /**
   * @param {Row} row
   * @param {string} name
   */
  show(row, name) {
    this.#row = row;
    this.#name = name;
    const hadFocus = this.element.contains(document.activeElement);
    const { export: shown, tracking } = row;
    this.#toggle.hidden = shown === null || !this.#commands.canTrack(row);
    this.#cancel.hidden =
      shown === null || isEnded(row) || shown.status === 'CANCELING' || !shown.vendor.capabilities.canCancel;
    setText(this.#toggle, tracking === null ? 'Track' : 'Untrack');
    this.#toggle.setAttribute('aria-label', `${tracking === null ? 'Track' : 'Untrack'} ${name}`);
    this.#toggle.setAttribute('aria-expanded', String(!this.#form.hidden));
    if (tracking !== null) this.#toggle.removeAttribute('aria-expanded');
    if (this.#cancel.hidden) this.#setConfirming(false);
    this.#nameCancel();
    if (hadFocus && /** @type {HTMLElement} */ (document.activeElement).hidden) this.#toggle.focus();
    this.#showPanel();
  }

  #buildForm() {
    this.#form.hidden = true;
    this.#label.maxLength = MAX_LABEL_LENGTH;
    this.#label.placeholder = 'such as: For Ann, Monday';
    const caption = element('label', '', [
      element('span', '', ['Label ', element('span', 'hint', ['optional'])]),
      this.#label,
    ]);
    const track = element('button', 'small-button strong', ['Track']);
    const leave = element('button', 'small-button', ['Leave it']);
    leave.type = 'button';
    this.#form.append(caption, element('div', 'label-buttons', [track, leave]));
    leave.addEventListener('click', () => this.#closeForm());
    this.#form.addEventListener('keydown', ({ key }) => key === 'Escape' && this.#closeForm());
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      const { value } = this.#label;
      this.#closeForm();
      void this.#run((row) => this.#commands.track(row, value.trim()));
    });
  }

  #onToggle() {
    if (this.#isBusy || this.#row === null) return;
    if (this.#row.tracking !== null) {
      void this.#run((row) => this.#commands.untrack(row));
    } else if (this.#form.hidden) {
      this.#form.hidden = false;
      this.#label.value = '';
      this.show(this.#row, this.#name);
      this.#label.focus();
    } else {
      this.#closeForm();
    }
  }

  /** @param {MouseEvent} event */
  #onCancel({ detail }) {
    if (this.#isBusy) return;
    // The second half of a double click confirms nothing.
    if (this.#isConfirming && detail > 1) return;
    if (!this.#isConfirming) return this.#setConfirming(true);
    this.#setConfirming(false);
    void this.#run((row) => this.#commands.cancel(row));
  }

  /** @param {boolean} isConfirming */
  #setConfirming(isConfirming) {
    clearTimeout(this.#confirmTimer);
    if (isConfirming) this.#confirmTimer = setTimeout(() => this.#setConfirming(false), CONFIRM_MS);
    if (this.#isConfirming === isConfirming) return;
    this.#isConfirming = isConfirming;
    this.#cancel.classList.toggle('danger', isConfirming);
    setText(this.#hint, isConfirming ? 'Press “Really cancel” to stop the job at the vendor.' : '');
    this.#nameCancel();
    this.#showPanel();
  }

  #nameCancel() {
    const text = this.#isConfirming ? 'Really cancel' : 'Cancel';
    setText(this.#cancel, text);
    this.#cancel.setAttribute('aria-label', `${text} ${this.#name}`);
  }

  #closeForm() {
    const hadFocus = this.#form.contains(document.activeElement);
    this.#form.hidden = true;
    if (this.#row !== null) this.show(this.#row, this.#name);
    if (hadFocus) this.#toggle.focus();
  }

  /** @param {(row: Row) => Promise<string | null>} command */
  async #run(command) {
    const row = this.#row;
    if (row === null) return;
    this.#setBusy(true);
    setText(this.#problem, '');
    this.#showPanel();
    const problem = await command(row);
    setText(this.#problem, problem ?? '');
    this.#setBusy(false);
    if (this.#row !== null) this.show(this.#row, this.#name);
  }

  /** @param {boolean} isBusy */
  #setBusy(isBusy) {
    this.#isBusy = isBusy;
    // Not `disabled`, which would take the keyboard away from them.
    for (const button of [this.#toggle, this.#cancel]) button.setAttribute('aria-disabled', String(isBusy));
  }

  #showPanel() {
    this.panel.toggleAttribute(
      'data-empty',
      this.#form.hidden && this.#hint.textContent === '' && this.#problem.textContent === '',
    );
  }
}
