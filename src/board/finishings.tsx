/** Tells of what has ended: aloud, in the title, and by a notification where that is allowed and the page is hidden. */
import type { Export, Phase } from '@waybill/client';
import { useEffect, useRef, useState } from 'react';
import { isEnded, nameOf } from './filters.ts';
import icon from './icon.svg';
import { statusWords } from './words/status.ts';
import { vendorName } from './words/vendors.ts';

/** More at once are counted, not named. */
const MAX_NAMED = 3;

/**
 * Watches for ends.
 *
 * @param isPending - what was there before the first answer has not ended just now
 * @returns what to say aloud
 */
export function useFinishings(exports: readonly Export[], isPending: boolean): string {
  const phases = useRef(new Map<string, Phase>());
  const [announcement, setAnnouncement] = useState('');
  const [unseen, setUnseen] = useState(0);

  useEffect(() => {
    const finished: Export[] = [];
    for (const shown of exports) {
      const before = phases.current.get(shown.id);
      if (before === shown.phase) continue;
      phases.current.set(shown.id, shown.phase);
      if ((before === 'waiting' || before === 'moving') && isEnded(shown)) finished.push(shown);
    }
    if (finished.length === 0 || isPending) return;
    setAnnouncement(toAnnouncement(finished));
    if (document.visibilityState === 'visible') return;
    setUnseen((count) => count + finished.length);
    notify(finished);
  }, [exports, isPending]);

  useEffect(() => {
    const onVisible = () => document.visibilityState === 'visible' && setUnseen(0);
    document.addEventListener('visibilitychange', onVisible);
    return () => document.removeEventListener('visibilitychange', onVisible);
  }, []);

  const moving = exports.reduce((count, shown) => count + Number(!isEnded(shown)), 0);
  useEffect(() => {
    document.title = toTitle(unseen, moving);
  }, [unseen, moving]);
  return announcement;
}

/** The number that ended while nobody looked, then the number that move. */
export function toTitle(unseen: number, moving: number): string {
  const parts = [unseen > 0 && `✓ ${unseen} ended`, moving > 0 && `(${moving})`, 'Waybill'];
  return parts.filter(Boolean).join(' ');
}

export function toAnnouncement(finished: readonly Export[]): string {
  if (finished.length > MAX_NAMED) return `${finished.length} exports have ended.`;
  return finished.map((shown) => `${nameOf(shown)}: ${statusWords(shown).text}.`).join(' ');
}

function notify(finished: readonly Export[]): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  const [first] = finished;
  if (first === undefined) return;
  const [title, body] =
    finished.length > MAX_NAMED
      ? [`${finished.length} exports have ended`, '']
      : [
          toAnnouncement(finished),
          finished.map(({ vendor, account }) => `${vendorName(vendor)} · ${account}`).join(', '),
        ];
  try {
    const notification = new Notification(title, { body, icon, tag: first.id });
    notification.onclick = () => window.focus();
  } catch {
    // Some phones know the word and allow it to service workers alone.
  }
}

export function Announcer({ text }: { readonly text: string }) {
  return (
    <p className="visually-hidden" aria-live="polite" aria-atomic="true" data-announcer="">
      {text}
    </p>
  );
}
