/** How far an export is, as far as the vendor or the past can tell. */
import type { Export } from '@waybill/client';
import { useNow } from '../time.ts';
import { leftText, percentOf, progressText } from '../words/progress.ts';

interface ProgressProps {
  readonly shown: Export;
  readonly name: string;
  /** One line below the bar, no more: what is to be noted comes before what is estimated. */
  readonly note?: string | undefined;
}

export function Progress({ shown, name, note }: ProgressProps) {
  const now = useNow();
  const percent = percentOf(shown);
  const left = leftText(shown, now);
  const text = progressText(shown);
  return (
    <div className="progress">
      <div className="bar-line">
        {percent === null ? (
          <div
            className="bar unknown"
            aria-hidden="true"
            data-waiting={shown.phase === 'waiting' ? '' : undefined}
          />
        ) : (
          <progress className="bar" max={100} value={percent} aria-label={`Progress of ${name}`} />
        )}
        {text !== '' && <span className="percent">{text}</span>}
      </div>
      {note === undefined ? (
        left !== '' && <span className="progress-text">{left}</span>
      ) : (
        <p className="note" title={note}>
          {note}
        </p>
      )}
    </div>
  );
}
