/** The form that starts an export. */
import { KeyNeededError } from './ask.js';
import { readStartable } from './changes.js';
import { byId, element, setText } from './dom.js';
import { keyOf, settle } from './order-keys.js';
import { ORDERS, readOrder } from './orders.js';
import { codeOf, problemText } from './problem-words.js';
import { OrderFields } from './start-fields.js';

/** @typedef {import('./types.d.ts').StartableAccount} StartableAccount */

const START = 'Start';
const LOST = 'Press “Start” again: the order has kept its key, so that it is not started twice.';
const SECOND = 'Send a second order';

/** Answers that leave the order's key free for another order, or useless. */
const SETTLED = new Set(['VENDOR_REJECTED', 'BAD_USER_INPUT', 'IDEMPOTENCY_KEY_REUSED']);

export class StartForm {
  #panel = /** @type {HTMLDetailsElement} */ (byId('start-panel'));
  #vendor = /** @type {HTMLSelectElement} */ (byId('start-vendor'));
  #account = /** @type {HTMLSelectElement} */ (byId('start-account'));
  #label = /** @type {HTMLInputElement} */ (byId('start-label'));
  #button = /** @type {HTMLButtonElement} */ (byId('start-button'));
  #fields = new OrderFields(byId('start-fields'));
  /** @type {readonly StartableAccount[]} */
  #accounts = [];
  #isBusy = false;
  /** @type {import('./actions.js').Actions} */
  #actions;

  /** @param {import('./actions.js').Actions} actions */
  constructor(actions) {
    this.#actions = actions;
    this.#vendor.addEventListener('change', () => this.#showVendor());
    byId('start-form').addEventListener('input', () => this.#tell('', ''));
    byId('start-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
  }

  /** Asks where exports can be started, and shows the form where they can at all. */
  async open() {
    const accounts = await readStartable();
    this.#accounts = accounts.filter(({ vendor }) => Object.hasOwn(ORDERS, vendor.key));
    this.#panel.hidden = this.#accounts.length === 0;
    const vendors = new Map(this.#accounts.map(({ vendor }) => [vendor.key, vendor.name]));
    fill(this.#vendor, [...vendors]);
    this.#showVendor();
  }

  /** Forgets what the caller before has typed. */
  close() {
    this.#panel.hidden = true;
    this.#panel.open = false;
    this.#accounts = [];
    this.#label.value = '';
    this.#tell('', '');
  }

  #showVendor() {
    const vendor = this.#vendor.value;
    const keys = this.#accounts.filter((account) => account.vendor.key === vendor).map(({ key }) => key);
    fill(
      this.#account,
      keys.map((key) => [key, key]),
    );
    byId('start-account-field').hidden = keys.length < 2;
    this.#fields.show(ORDERS[vendor]?.fields ?? []);
    this.#tell('', '');
  }

  async #submit() {
    if (this.#isBusy) return;
    const read = readOrder(this.#vendor.value, this.#account.value, this.#fields.read());
    this.#fields.showProblems('problems' in read ? read.problems : {});
    if ('problems' in read) return;
    const label = this.#label.value.trim();
    const input = {
      order: read.order,
      idempotencyKey: keyOf(read.order),
      ...(label === '' ? {} : { label }),
    };
    this.#setBusy(true);
    this.#tell('Starting…', '');
    try {
      const { export: started, isExisting } = await this.#actions.start(input);
      settle(read.order);
      this.#fields.clear();
      this.#label.value = '';
      this.#tell(toNews(started, isExisting), '');
    } catch (error) {
      if (SETTLED.has(codeOf(error))) settle(read.order);
      if (error instanceof KeyNeededError) this.#tell('', '');
      else this.#showProblem(error);
    } finally {
      this.#setBusy(false);
    }
  }

  /** @param {unknown} error */
  #showProblem(error) {
    const text = problemText(error, LOST);
    const isUnknown = codeOf(error) === 'START_OUTCOME_UNKNOWN';
    if (!isUnknown) return this.#tell('', text);
    const isSafe = isRetryable(error);
    this.#tell('', isSafe ? `${text} ${LOST}` : text);
    // Without a list, nobody can tell the second order from the first: the button says what it does.
    if (!isSafe) setText(this.#button, SECOND);
  }

  /** @param {boolean} isBusy */
  #setBusy(isBusy) {
    this.#isBusy = isBusy;
    // Not `disabled`, which would take the keyboard away from it.
    this.#button.setAttribute('aria-disabled', String(isBusy));
  }

  /**
   * @param {string} news
   * @param {string} problem
   */
  #tell(news, problem) {
    setText(byId('start-news'), news);
    setText(byId('start-problem'), problem);
    setText(this.#button, START);
  }
}

/**
 * @param {import('./types.d.ts').BoardExport} started
 * @param {boolean} isExisting
 */
function toNews({ name, vendor, tracking }, isExisting) {
  const what = tracking?.label ?? name ?? `The export at ${vendor.name}`;
  const came = isExisting ? 'was there already: nothing new was started.' : 'is started.';
  return `${what} ${came} It stands in the list${tracking == null ? ', and is not tracked.' : '.'}`;
}

/** @param {unknown} error */
function isRetryable(error) {
  return /** @type {import('./ask.js').RefusedError} */ (error).extensions.retryable === true;
}

/**
 * @param {HTMLSelectElement} select
 * @param {readonly (readonly [string, string])[]} choices - values and texts
 */
function fill(select, choices) {
  select.replaceChildren(
    ...choices.map(([value, text]) => {
      const option = element('option', '', [text]);
      option.value = value;
      return option;
    }),
  );
}
