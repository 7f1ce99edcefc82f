/** One export on the board. */
import { element, icon, setText } from './dom.js';
import { beganAt, endedAt, isEnded } from './store.js';
import { now, toAgo, toDuration, toInstantText, toMs } from './time.js';
import { interruptionWords, statusWords } from './words.js';

/** @typedef {import('./types.d.ts').Row} Row */
/** @typedef {import('./types.d.ts').BoardExport} BoardExport */
/** @typedef {import('./types.d.ts').BoardFile} BoardFile */

/** How long a row that changed stands out. */
const HIGHLIGHT_MS = 2_400;
const REMOVE_SIGN = 'M4.5 4.5l7 7m0-7l-7 7';
const FILE_SIGN = 'M8 2.5v8m-3.2-3L8 10.7l3.2-3.2M3 13.5h10';

export class RowView {
  element = element('li', 'row');
  #mark = element('span', 'mark');
  #name = element('h3', 'name');
  #origin = element('p', 'origin');
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

  /** @param {(row: Row) => void} onRemove */
  constructor(onRemove) {
    /** @type {Row | null} */
    this.row = null;
    this.#mark.setAttribute('aria-hidden', 'true');
    this.#name.dir = 'auto';
    this.#progress.max = 100;
    this.#remove.type = 'button';
    this.#remove.title = 'Stop following';
    this.#remove.addEventListener('click', () => this.row !== null && onRemove(this.row));
    const identity = element('div', 'identity', [this.#name, this.#origin]);
    const detail = element('div', 'detail', [this.#track, this.#files, this.#notes]);
    this.element.append(this.#mark, identity, this.#status, detail, this.#when, this.#remove);
  }

  /** @param {Row} row */
  show(row) {
    this.row = row;
    const name = nameOf(row);
    setText(this.#name, name);
    this.#name.title = name;
    setText(this.#origin, originOf(row));
    this.#showMark(row);
    this.#showStatus(row);
    this.#showProgress(row, name);
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
    setText(this.#percent, progressText(progress, percent));
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
    const { export: shown } = row;
    const hasEnded = isEnded(row);
    const at = hasEnded ? endedAt(row) : beganAt(row);
    this.#when.hidden = shown === null || at === null;
    if (at === null) return;
    setText(this.#when, hasEnded ? toAgo(now() - at) : `for ${toDuration(now() - at)}`);
    this.#when.dateTime = new Date(at).toISOString();
    const isTold = shown?.createdAt != null || shown?.startedAt != null;
    const verb = hasEnded ? 'Ended' : isTold ? 'Begun' : 'First seen here';
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

/** @param {Row} row */
function nameOf({ export: shown, followedAs }) {
  if (shown === null) return followedAs ?? '';
  return shown.name ?? `Export ${shortIds(shown)}`;
}

/** @param {Row} row */
function originOf({ export: shown }) {
  if (shown === null) return '';
  const origin = `${shown.vendor.name} · ${shown.account.key}`;
  return shown.name === null ? origin : `${origin} · ${shortIds(shown)}`;
}

/** @param {BoardExport} shown */
function shortIds({ id, exportId, exportFileId, jobId }) {
  const ids = [exportId ?? jobId, exportFileId].filter((part) => part !== undefined);
  return (ids.length === 0 ? [id] : ids).map(shorten).join('/');
}

/** @param {string} id */
function shorten(id) {
  return id.length <= 19 ? id : `${id.slice(0, 4)}…${id.slice(-6)}`;
}

/** @param {Row} row */
function notesOf({ export: shown, problem, interruption, stalledSince }) {
  if (problem !== null) return [problem];
  if (shown === null) return [];
  if (shown.isTerminal) return shown.failure === null ? [] : [shown.failure.message];
  const throttledUntil = toMs(shown.observation.throttledUntil);
  const notes = [];
  if (interruption !== null || shown.observation.isStale) notes.push(interruptionWords(interruption ?? ''));
  else if (throttledUntil !== null && throttledUntil > now()) notes.push('The vendor asks us to wait');
  if (stalledSince !== null) notes.push(`No change for ${toDuration(now() - stalledSince)}`);
  return notes;
}

/** @param {BoardExport['progress']} progress */
function partsPercent(progress) {
  const { completedParts = null, totalParts = null } = progress ?? {};
  return completedParts === null || totalParts === null || totalParts === 0
    ? null
    : (completedParts / totalParts) * 100;
}

/**
 * @param {BoardExport['progress']} progress
 * @param {number | null} percent
 */
function progressText(progress, percent) {
  if (percent === null) return '';
  const { completedParts = null, totalParts = null } = progress ?? {};
  // Rounded down: 100% is said when it is.
  const text = `${Math.floor(percent)}%`;
  return completedParts === null || totalParts === null ? text : `${text} · ${completedParts}/${totalParts}`;
}

/** @param {string} name */
function initialsOf(name) {
  const capitals = name.replace(/[^\p{Lu}]/gu, '');
  return (capitals.length >= 2 ? capitals : name.toUpperCase()).slice(0, 2);
}

/** @param {string} key - a vendor's: always the same colour, for vendors to come too */
function hueOf(key) {
  let hash = 0;
  for (const character of key) hash = (hash * 41 + (character.codePointAt(0) ?? 0)) % 9_973;
  return (hash * 97) % 360;
}
