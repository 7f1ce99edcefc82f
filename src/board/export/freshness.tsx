/** How old what is shown is, and when it will be asked for again. */
import type { Export } from '@waybill/client';
import { toAgo, toClockText, toDuration, toWait, useNow } from '../time.ts';
import { troubleWords } from '../words/notes.ts';

export function Freshness({ shown }: { readonly shown: Export }) {
  const now = useNow();
  const { asOf, isStale, isTerminal, throttledUntil, stalledSince, trouble, nextPollAt } = shown;
  const waitMs = (throttledUntil?.getTime() ?? 0) - now;
  const facts: (readonly [string, string])[] = [
    ['As of', `${toAgo(now - asOf.getTime())}, ${toClockText(asOf, now)}`],
  ];
  if (!isTerminal) facts.push(['Asked again', nextText(nextPollAt ?? trouble?.retryAt ?? null, now)]);
  if (waitMs > 0) facts.push(['Throttled', `the vendor asks to wait another ${toWait(waitMs)}`]);
  if (stalledSince !== null)
    facts.push([
      'No change',
      `for ${toDuration(now - stalledSince.getTime())}: much longer than such an export usually takes`,
    ]);
  return (
    <section className="card freshness" aria-labelledby="freshness-heading">
      <h2 id="freshness-heading">How fresh this is</h2>
      {isStale && <p className="note">{troubleWords(trouble?.code ?? '')}.</p>}
      <dl className="facts">
        {facts.map(([term, text]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {isTerminal && <p className="hint">It has ended, so nothing of it changes any more.</p>}
    </section>
  );
}

function nextText(at: Date | null, now: number): string {
  if (at === null) return 'by itself, while somebody looks';
  const leftMs = at.getTime() - now;
  return leftMs <= 1_000 ? 'now' : `in ${toWait(leftMs)}`;
}
