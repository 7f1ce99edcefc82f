/** What a row says, as texts and numbers. */
import { beganAt, endedAt, isEnded } from './store.js';
import { now, toDuration, toMs } from './time.js';
import { interruptionWords } from './words.js';

/** @typedef {import('./types.d.ts').Row} Row */
/** @typedef {import('./types.d.ts').BoardExport} BoardExport */

const MINUTE_MS = 60_000;

/** @param {Row} row */
export function nameOf({ export: shown, followedAs }) {
  if (shown === null) return followedAs ?? '';
  return shown.name ?? `Export ${shortIds(shown)}`;
}

/** @param {Row} row */
export function originOf({ export: shown }) {
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
export function notesOf(row) {
  const { export: shown, problem, interruption, stalledSince } = row;
  if (problem !== null) return [problem];
  if (shown === null) return [];
  if (shown.isTerminal) return shown.failure === null ? [] : [shown.failure.message];
  const throttledUntil = toMs(shown.observation.throttledUntil);
  const notes = [];
  if (isStale(row)) notes.push(interruptionWords(interruption ?? ''));
  else if (throttledUntil !== null && throttledUntil > now()) notes.push('The vendor asks us to wait');
  if (stalledSince !== null) notes.push(`No change for ${toDuration(now() - stalledSince)}`);
  return notes;
}

/**
 * The one time worth a column, and what it is the time of.
 *
 * @param {Row} row
 */
export function whenOf(row) {
  const { export: shown } = row;
  const createdAt = toMs(shown?.createdAt);
  const endAt = endedAt(row);
  if (shown === null) return { at: null, verb: '' };
  if (isEnded(row) && endAt !== null) return { at: endAt, verb: 'Ended' };
  // Some vendors tell when a job began and never when it ended.
  if (isEnded(row)) return { at: createdAt, verb: 'Begun' };
  const isTold = createdAt !== null || shown.startedAt !== null;
  return { at: beganAt(row), verb: isTold ? 'Begun' : 'First seen here' };
}

/** @param {Row} row */
export function isStale({ export: shown, interruption }) {
  return interruption !== null || (shown?.observation.isStale ?? false);
}

/** @param {BoardExport['progress']} progress */
export function partsPercent(progress) {
  const { completedParts = null, totalParts = null } = progress ?? {};
  return completedParts === null || totalParts === null || totalParts === 0
    ? null
    : (completedParts / totalParts) * 100;
}

/**
 * When it will probably end, where nothing says how far it is; an estimate that has passed says nothing.
 *
 * @param {Row} row
 */
export function leftText(row) {
  const finishAt = toMs(row.export?.estimate?.finishAt);
  if (finishAt === null || isEnded(row) || isStale(row)) return '';
  const leftMs = finishAt - now();
  if (leftMs <= 0) return '';
  return leftMs < MINUTE_MS ? 'less than a minute left' : `about ${toDuration(roundUp(leftMs))} left`;
}

/** To whole minutes, so that no more is promised than is known. @param {number} ms */
function roundUp(ms) {
  return Math.ceil(ms / MINUTE_MS) * MINUTE_MS;
}

/** @param {BoardExport['progress']} progress */
export function progressText(progress) {
  const percent = progress?.percent ?? partsPercent(progress);
  if (percent === null) return '';
  const { completedParts = null, totalParts = null } = progress ?? {};
  // Rounded down: 100% is said when it is.
  const text = `${Math.floor(percent)}%`;
  return completedParts === null || totalParts === null ? text : `${text} · ${completedParts}/${totalParts}`;
}

/** @param {string} name */
export function initialsOf(name) {
  const capitals = name.replace(/[^\p{Lu}]/gu, '');
  return (capitals.length >= 2 ? capitals : name.toUpperCase()).slice(0, 2);
}

/** @param {string} key - a vendor's: always the same colour, for vendors to come too */
export function hueOf(key) {
  let hash = 0;
  for (const character of key) hash = (hash * 41 + (character.codePointAt(0) ?? 0)) % 9_973;
  return (hash * 97) % 360;
}
