/** The events of one subscription as GraphiQL shows them: one under another, the newest on top. */

/** What came before these is no longer shown. */
const MAX_SHOWN = 50;
/** The editor is filled anew at each drawing. */
const REDRAW_MS = 150;

export class EventList {
  /** @type {(shown: object) => void} */
  #show;
  #now;
  /** @type {{ readonly title: string, readonly answer: unknown }[]} The newest first. */
  #events = [];
  #count = 0;
  /** @type {string | undefined} */
  #endedAt;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #isDrawn = true;

  /**
   * @param {(shown: object) => void} show
   * @param {() => Date} now
   */
  constructor(show, now = () => new Date()) {
    this.#show = show;
    this.#now = now;
  }

  /** @param {unknown} answer - an event, or the errors that ended the stream */
  add(answer) {
    this.#count += 1;
    this.#events.unshift({ title: `#${this.#count} at ${toTime(this.#now())}`, answer });
    this.#events.length = Math.min(this.#events.length, MAX_SHOWN);
    this.#isDrawn = false;
    if (this.#timer === undefined) this.#draw();
  }

  /** No further event comes: what has come is shown at once. */
  end() {
    this.#endedAt = toTime(this.#now());
    this.#isDrawn = false;
    this.#draw();
    this.stop();
  }

  /** Nothing is shown any more. */
  stop() {
    clearTimeout(this.#timer);
    this.#isDrawn = true;
  }

  #draw() {
    this.#isDrawn = true;
    const events = this.#events.map(({ title, answer }) => [title, answer]);
    this.#show({ events: this.#describe(), ...Object.fromEntries(events) });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#isDrawn) this.#draw();
    }, REDRAW_MS);
  }

  #describe() {
    const shown = this.#count > MAX_SHOWN ? `, the newest ${MAX_SHOWN} below` : '';
    return `${this.#count} ${this.#endedAt === undefined ? 'so far' : `in all, ended at ${this.#endedAt}`}${shown}`;
  }
}

/** As the clock of the reader has it. */
const TIME = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

/** @param {Date} date */
function toTime(date) {
  return TIME.format(date);
}
