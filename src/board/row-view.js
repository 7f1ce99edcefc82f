/** One export on the board. */
import { element, icon, setText } from './dom.js';
import { RowActions } from './row-actions.js';
import {
  hueOf,
  initialsOf,
  isStale,
  leftText,
  nameOf,
  notesOf,
  originOf,
  partsPercent,
  progressText,
  whenOf,
} from './row-texts.js';
import { isEnded } from './store.js';
import { now, toAgo, toDuration, toInstantText } from './time.js';
import { statusWords } from './words.js';

/** @typedef {import('./types.d.ts').Row} Row */
/** @typedef {import('./types.d.ts').BoardFile} BoardFile */

/** How long a row that changed stands out. */
const HIGHLIGHT_MS = 2_400;
const REMOVE_SIGN = 'M4.5 4.5l7 7m0-7l-7 7';
const TRACKED_SIGN = 'M5 2.8h6v10.4l-3-2.4-3 2.4z';
const FILE_SIGN = 'M8 2.5v8m-3.2-3L8 10.7l3.2-3.2M3 13.5h10';

export class RowView {
  element = element('li', 'row');
  #mark = element('span', 'mark');
  #name = element('h3', 'name');
  #origin = element('p', 'origin');
  #how = element('span');
  #label = element('bdi');
  #tracked = element('p', 'tracked', [icon(TRACKED_SIGN), this.#how, this.#label]);
  #status = element('p', 'status');
  #progress = element('progress');
  #percent = element('span', 'percent');
  #track = element('div', 'track', [this.#progress, this.#percent]);
  #notes = element('ul', 'notes');
  #files = element('ul', 'files');
  #when = element('time', 'when');
  #remove = element('button', 'remove', [icon(REMOVE_SIGN)]);
  /** @type {number | undefined} */
  #highlightTimer;

  /** @type {RowActions} */
  #actions;

  /** @param {import('./types.d.ts').RowCommands} commands */
  constructor(commands) {
    /** @type {Row | null} */
    this.row = null;
    this.#actions = new RowActions(commands);
    this.#mark.setAttribute('aria-hidden', 'true');
    this.#name.dir = 'auto';
    this.#progress.max = 100;
    this.#remove.type = 'button';
    this.#remove.title = 'Stop following';
    this.#remove.addEventListener('click', () => this.row !== null && commands.unfollow(this.row));
    const identity = element('div', 'identity', [this.#name, this.#origin, this.#tracked]);
    const detail = element('div', 'detail', [this.#track, this.#files, this.#notes]);
    const { element: buttons, panel } = this.#actions;
    this.element.append(this.#mark, identity, this.#status, detail, this.#when, buttons, this.#remove, panel);
  }

  /** @param {Row} row */
  show(row) {
    this.row = row;
    const name = nameOf(row);
    setText(this.#name, name);
    this.#name.title = name;
    setText(this.#origin, originOf(row));
    this.#showTracked(row);
    this.#actions.show(row, name);
    this.#showMark(row);
    this.#showStatus(row);
    this.#showProgress(row, name);
    this.element.toggleAttribute('data-stale', isStale(row));
    this.#showFiles(row);
    this.#remove.hidden = row.followedAs === null;
    this.#remove.setAttribute('aria-label', `Stop following ${name}`);
    this.tick();
  }

  /** What changes with time alone. */
  tick() {
    const { row } = this;
    if (row === null) return;
    this.#showWhen(row);
    this.#showPercent(row);
    showList(this.#notes, notesOf(row), (text) => element('li', '', [text]));
  }

  /** Makes the row stand out for a moment. */
  highlight() {
    clearTimeout(this.#highlightTimer);
    this.element.dataset.changed = '';
    this.#highlightTimer = setTimeout(() => delete this.element.dataset.changed, HIGHLIGHT_MS);
  }

  /** @param {Row} row */
  #showMark({ export: shown }) {
    const vendor = shown?.vendor.name ?? '?';
    setText(this.#mark, initialsOf(vendor));
    this.#mark.style.setProperty('--hue', String(hueOf(shown?.vendor.key ?? '')));
  }

  /** @param {Row} row */
  #showStatus(row) {
    const { text, tone, sign } = statusWords(row);
    const raw = row.export?.rawStatus ?? '';
    this.element.dataset.status = row.export?.status ?? '';
    const said = `${text} ${raw}`;
    if (this.#status.dataset.said === said) return;
    this.#status.dataset.said = said;
    this.#status.dataset.tone = tone;
    this.#status.title = raw === '' ? '' : `In the vendor’s own word: ${raw}`;
    const hidden = element('span', 'visually-hidden', [
      raw === '' ? '' : `, in the vendor’s own word: ${raw}`,
    ]);
    this.#status.replaceChildren(icon(sign), element('span', '', [text]), hidden);
  }

  /**
   * @param {Row} row
   * @param {string} name
   */
  #showProgress(row, name) {
    this.#track.hidden = isEnded(row);
    if (this.#track.hidden) return;
    const progress = row.export?.progress ?? null;
    const percent = progress?.percent ?? partsPercent(progress);
    if (percent === null) this.#progress.removeAttribute('value');
    else this.#progress.value = percent;
    this.#progress.setAttribute('aria-label', `Progress of ${name}`);
  }

  /** @param {Row} row */
  #showPercent(row) {
    setText(this.#percent, progressText(row.export?.progress ?? null) || leftText(row));
  }

  /** @param {Row} row */
  #showTracked({ export: shown, tracking }) {
    this.#tracked.hidden = tracking === null;
    // A label that says what the name says already is not worth saying twice.
    const label = tracking?.label === shown?.name ? null : (tracking?.label ?? null);
    setText(this.#label, label ?? '');
    setText(this.#how, label === null ? 'Tracked' : 'Tracked as');
    this.#tracked.title = label === null ? '' : `Tracked as ${label}`;
  }

  /** @param {Row} row */
  #showFiles({ files }) {
    const links = files.filter(({ url }) => isWebAddress(url));
    this.#files.hidden = links.length === 0;
    const said = JSON.stringify(links.map(({ name }) => name));
    if (this.#files.dataset.said !== said) {
      this.#files.dataset.said = said;
      this.#files.replaceChildren(...links.map(toFileItem));
      return;
    }
    // Only the addresses are new: somebody may be about to click.
    for (const [index, anchor] of [...this.#files.querySelectorAll('a')].entries()) {
      const url = links[index]?.url;
      if (url !== undefined && anchor.href !== url) anchor.href = url;
    }
  }

  /** @param {Row} row */
  #showWhen(row) {
    const { at, verb } = whenOf(row);
    this.#when.hidden = at === null;
    if (at === null) return;
    const age = now() - at;
    setText(this.#when, isEnded(row) ? toAgo(age) : `for ${toDuration(age)}`);
    this.#when.dateTime = new Date(at).toISOString();
    this.#when.title = `${verb} ${toInstantText(at)}`;
  }
}

/**
 * Fills a list anew where its texts differ.
 *
 * @param {HTMLElement} list
 * @param {readonly string[]} texts
 * @param {(text: string) => HTMLElement} toItem
 */
export function showList(list, texts, toItem) {
  list.hidden = texts.length === 0;
  const said = texts.join('\n');
  if (list.dataset.said === said) return;
  list.dataset.said = said;
  list.replaceChildren(...texts.map(toItem));
}

/** @param {BoardFile} file */
function toFileItem({ name, url }) {
  const label = element('bdi', '', [name]);
  const anchor = element('a', 'file', [icon(FILE_SIGN), label]);
  anchor.href = url;
  anchor.title = name;
  return element('li', '', [anchor]);
}

/** @param {string} url */
function isWebAddress(url) {
  return URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
}
