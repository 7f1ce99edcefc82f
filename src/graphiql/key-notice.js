/** Tells that the gateway asks for a key, and waits until somebody has given one. */

/** A key is tried once nobody has typed for this long. */
const TYPING_MS = 500;

export class KeyNotice {
  /** @type {HTMLElement} */
  #element;
  /** @type {((headers: import('./types.d.ts').Headers) => void)[]} */
  #waiting = [];
  /** @type {number | undefined} */
  #typingTimer;

  /** @param {HTMLElement} element - shown while a key is needed */
  constructor(element) {
    this.#element = element;
  }

  /** @param {string} reason - what the gateway says, in one sentence */
  show(reason) {
    const what = this.#element.querySelector('strong');
    if (what !== null) what.textContent = reason;
    this.#element.hidden = false;
  }

  /** @returns {Promise<import('./types.d.ts').Headers>} the next headers that may do */
  next() {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** @param {import('./types.d.ts').Headers} headers - the gateway has answered to these */
  letIn(headers) {
    this.#element.hidden = true;
    this.#give(headers);
  }

  /** @param {string} text - what stands in the headers tab now */
  typed(text) {
    clearTimeout(this.#typingTimer);
    const headers = parseHeaders(text);
    if (headers === null || this.#waiting.length === 0) return;
    this.#typingTimer = setTimeout(() => this.#give(headers), TYPING_MS);
  }

  /** @param {import('./types.d.ts').Headers} headers */
  #give(headers) {
    for (const resolve of this.#waiting.splice(0)) resolve(headers);
  }
}

/**
 * @param {string} text
 * @returns {import('./types.d.ts').Headers | null} null for what is no JSON yet, or names nobody
 */
function parseHeaders(text) {
  try {
    const headers = JSON.parse(text);
    const names = Object.keys(headers ?? {}).map((name) => name.toLowerCase());
    return names.includes('authorization') ? headers : null;
  } catch {
    return null;
  }
}
