/** What the board does: asks for the newest exports, follows what is on its way, keeps file links fresh. */
import { Actions } from './actions.js';
import { KeyNeededError } from './ask.js';
import { BoardView } from './board-view.js';
import { LiveExports } from './live.js';
import { readHash, writeHash } from './locators.js';
import { readFiles, readFollowed, readRecent } from './questions.js';
import { StartForm } from './start-form.js';
import { isEnded, Store } from './store.js';
import { now, toMs } from './time.js';

/** @typedef {import('./types.d.ts').Row} Row */

/** The gateway answers for this many exports at once. */
const MAX_EXPORTS = 100;
const ASK_AGAIN_MS = 15_000;
const TICK_MS = 1_000;
/** A file link is renewed this long before it ends. */
const RENEW_BEFORE_MS = 60_000;

export class Board {
  #store = new Store((row, isNews) => this.#view.update(isNews ? row.key : undefined));
  #actions = new Actions({
    store: this.#store,
    onKeyNeeded: () => this.#lock(),
    onStarted: (id) => this.#onStarted(id),
  });
  #startForm = new StartForm(this.#actions);
  #view = new BoardView(this.#store.rows, {
    unfollow: (row) => this.#unfollow(row),
    canTrack: (row) => this.#actions.canTrack(row),
    track: (row, label) => this.#actions.track(row, label),
    untrack: (row) => this.#actions.untrack(row),
    cancel: (row) => this.#actions.cancel(row),
  });
  #live = new LiveExports({
    onEvent: (event) => this.#store.takeEvent(event),
    onState: (state) => this.#view.showConnection(state),
    onKeyNeeded: () => this.#lock(),
  });
  /** Exports that a stream tells of. @type {Set<string>} */
  #streamed = new Set();
  /** What is followed by name and needs no asking again. @type {Set<string>} */
  #settled = new Set();
  /** Exports whose files were asked for: one without any is not asked about for ever. @type {Set<string>} */
  #filesAsked = new Set();
  /** What somebody took off the board, though a list may name it. @type {Set<string>} */
  #dismissed = new Set();
  #isFirst = true;
  /** The question under way. @type {Promise<void> | null} */
  #asking = null;
  #isLocked = true;
  #askedAt = 0;
  /** @type {() => void} */
  #onKeyNeeded;

  /** @param {() => void} onKeyNeeded - the gateway does not know who asks, or not any more */
  constructor(onKeyNeeded) {
    this.#onKeyNeeded = onKeyNeeded;
    setInterval(() => this.#tick(), TICK_MS);
    document.addEventListener('visibilitychange', () => {
      this.#live.connect();
      this.#tick();
    });
    addEventListener('online', () => this.#live.connect());
    addEventListener('hashchange', () => this.#heedHash());
  }

  /** Begins, or begins anew with another key; resolves after the first answer, false where a key is needed. */
  async start() {
    // What was asked with the key before may still be answered, and is for nobody's eyes now.
    await this.#asking;
    this.#store.keepOnly(() => false);
    this.#isLocked = false;
    await this.#ask();
    return !this.#isLocked;
  }

  /**
   * Follows one more export, and keeps it in the page's address.
   *
   * @param {string} text
   */
  follow(text) {
    location.hash = writeHash([...readHash(location.hash), text]);
  }

  /** @param {Row} row */
  #unfollow(row) {
    this.#dismissed.add(row.key);
    location.hash = writeHash(readHash(location.hash).filter((text) => text !== row.followedAs));
  }

  #tick() {
    if (document.visibilityState !== 'visible' || this.#isLocked) return;
    this.#view.tick();
    if (Date.now() - this.#askedAt >= ASK_AGAIN_MS) void this.#ask();
  }

  #heedHash() {
    const wanted = new Set(readHash(location.hash));
    this.#store.keepOnly((row) => {
      if (row.followedAs === null || wanted.has(row.followedAs)) return true;
      this.#settled.delete(row.followedAs);
      row.followedAs = null;
      return row.isListed && !this.#dismissed.has(row.key);
    });
    this.#view.update();
    if (!this.#isLocked) void this.#guard(() => this.#askFollowed());
  }

  /** Asks for everything once; a question that is under way is not asked a second time. */
  #ask() {
    this.#asking ??= this.#guard(() => this.#askAll()).finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #askAll() {
    this.#askedAt = Date.now();
    this.#actions.listAsked();
    await Promise.all([this.#askRecent(), this.#askFollowed(), this.#openForm()]);
    this.#isFirst = false;
    if (!this.#live.isCutOff) this.#view.showConnection('live');
    await this.#askFiles();
  }

  async #askRecent() {
    const { nodes: newest, unavailable, pageInfo } = await readRecent();
    const nodes = newest.filter(({ id }) => !this.#dismissed.has(id));
    const listed = new Set(nodes.map(({ id }) => id));
    const unlisted = new Set(unavailable.map(({ account }) => account.key));
    for (const node of nodes) this.#store.takeRead(this.#actions.withoutChanged(node), !this.#isFirst);
    for (const row of this.#store.rows.values()) row.isListed = listed.has(row.key);
    this.#store.keepOnly(
      (row) =>
        row.isListed ||
        row.followedAs !== null ||
        // What moves is told of to its end, and an account in trouble keeps what it has shown.
        !isEnded(row) ||
        unlisted.has(row.export?.account.key ?? ''),
    );
    this.#view.showFootnotes(unavailable, pageInfo.hasNextPage);
    this.#view.update();
    this.#followMoving();
  }

  async #askFollowed() {
    const texts = readHash(location.hash).filter((text) => !this.#settled.has(text));
    for (const text of texts) this.#settled.add(text);
    if (texts.length === 0) return;
    const isNews = !this.#isFirst;
    const answers = await readFollowed(texts.slice(0, MAX_EXPORTS)).catch((error) => {
      for (const text of texts) this.#settled.delete(text);
      throw error;
    });
    const wanted = new Set(readHash(location.hash));
    for (const answer of answers) {
      const { text } = answer;
      if (!wanted.has(text)) this.#settled.delete(text);
      else if ('shown' in answer) {
        this.#dismissed.delete(answer.shown.id);
        this.#store.takeRead(this.#actions.withoutChanged(answer.shown), isNews);
        this.#store.markFollowed(answer.shown.id, text);
      } else {
        this.#store.takeProblem(text, answer.problem);
        if (answer.isPassing) this.#settled.delete(text);
      }
    }
    this.#followMoving();
    if (isNews) await this.#askFiles();
  }

  /** Once for each caller. */
  async #openForm() {
    if (!this.#isFirst) return;
    await this.#startForm.open();
  }

  /** @param {string} id */
  #onStarted(id) {
    this.#dismissed.delete(id);
    this.#followMoving();
  }

  /** Follows what is on its way and not followed yet. */
  #followMoving() {
    const moving = [...this.#store.rows.values()].filter((row) => row.export !== null && !isEnded(row));
    const ids = moving.map((row) => row.key).filter((id) => !this.#streamed.has(id));
    const room = MAX_EXPORTS - moving.length + ids.length;
    const chosen = ids.slice(0, Math.max(0, room));
    for (const id of chosen) this.#streamed.add(id);
    this.#live.follow(chosen);
  }

  /** Asks for the files that are missing, and renews links before they end. */
  async #askFiles() {
    const renewBefore = now() + RENEW_BEFORE_MS;
    const ids = [...this.#store.rows.values()]
      .filter((row) => row.export?.status === 'SUCCEEDED' && row.export.outcome !== 'EMPTY')
      .filter(({ key, files }) =>
        files.length === 0
          ? !this.#filesAsked.has(key)
          : files.some(({ urlExpiresAt }) => (toMs(urlExpiresAt) ?? 0) < renewBefore),
      )
      .map(({ key }) => key)
      .slice(0, MAX_EXPORTS);
    const answers = await readFiles(ids);
    for (const id of ids) this.#filesAsked.add(id);
    for (const { id, files } of answers) this.#store.takeFiles(id, files);
  }

  /** @param {() => Promise<void>} work */
  async #guard(work) {
    try {
      await work();
      this.#view.showNotice(null);
    } catch (error) {
      if (error instanceof KeyNeededError) return this.#lock();
      // A gateway that does not answer is said so by the connection; it is asked again soon.
      this.#view.showConnection('reconnecting');
      if (!(error instanceof TypeError) && error instanceof Error) this.#view.showNotice(error.message);
    }
  }

  /** Stops until somebody gives a key; what was shown was for the caller before. */
  #lock() {
    if (this.#isLocked) return;
    this.#isLocked = true;
    this.#isFirst = true;
    this.#live.stop();
    this.#actions.reset();
    this.#startForm.close();
    for (const known of [this.#streamed, this.#settled, this.#filesAsked]) known.clear();
    this.#store.keepOnly(() => false);
    this.#view.update();
    this.#view.showConnection('locked');
    this.#onKeyNeeded();
  }
}
