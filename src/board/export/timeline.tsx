/** The life of an export, drawn to scale, and in words below. */
import type { Export } from '@waybill/client';
import { StatusShape } from '../icons.tsx';
import { toClockText, toExactDuration, toInstantText, useNow } from '../time.ts';
import { type Timeline as Line, type Moment, toTicks, toTimeline } from '../words/timeline.ts';

export function Timeline({ shown }: { readonly shown: Export }) {
  const now = useNow();
  const line = toTimeline(shown, now);
  return (
    <section className="card timeline" aria-labelledby="timeline-heading">
      <h2 id="timeline-heading">Timeline</h2>
      {line === null ? (
        <p className="muted">
          {shown.vendorName} tells no times, and this gateway has not watched this export yet.
        </p>
      ) : (
        <>
          {line.spans.length > 0 && <Scale line={line} now={shown.isTerminal ? null : now} />}
          <Moments line={line} now={now} />
          {shown.hasGap && (
            <p className="hint">
              The gateway was not looking all the time: there may have been more changes in between.
            </p>
          )}
        </>
      )}
    </section>
  );
}

function Scale({ line, now }: { readonly line: Line; readonly now: number | null }) {
  const total = Math.max(line.to - line.from, 1);
  const place = (at: number) => `${Math.min(Math.max(((at - line.from) / total) * 100, 0), 100)}%`;
  const summary = line.spans
    .map(({ from, to, words }) => `${words.text} for ${toExactDuration(to - from)}`)
    .join(', then ');
  return (
    <div className="scale" role="img" aria-label={`To scale: ${summary}.`}>
      <div className="lane">
        {line.spans.map(({ from, to, words }) => (
          <span
            key={from}
            className="span"
            data-tone={words.tone}
            title={`${words.text} for ${toExactDuration(to - from)}`}
            style={{ left: place(from), width: `calc(${place(to)} - ${place(from)})` }}
          >
            <span>{words.text}</span>
          </span>
        ))}
        {line.expected && (
          <span
            className="expected"
            style={{
              left: place(line.expected.from),
              width: `calc(${place(line.expected.to)} - ${place(line.expected.from)})`,
            }}
            title="It will probably end here"
          />
        )}
        {line.moments
          .filter(({ source }) => source === 'gateway')
          .map(({ at, text }) => (
            <span key={`${at} ${text}`} className="dot" style={{ left: place(at) }} />
          ))}
        {now !== null && <span className="now" style={{ left: place(now) }} />}
      </div>
      <div className="ticks">
        {toTicks(line).map((offset) => (
          <span
            key={offset}
            className="tick"
            style={{ left: place(line.from + offset) }}
            data-edge={offset / total > 0.94 ? '' : undefined}
          >
            {offset === 0 ? '0' : toExactDuration(offset)}
          </span>
        ))}
      </div>
    </div>
  );
}

function Moments({ line, now }: { readonly line: Line; readonly now: number }) {
  return (
    <ol className="moments">
      {line.moments.map((moment, index) => (
        <li key={`${moment.at} ${moment.text} ${moment.source}`}>
          <MomentRow moment={moment} line={line} isFirst={index === 0} now={now} />
        </li>
      ))}
    </ol>
  );
}

interface MomentRowProps {
  readonly moment: Moment;
  readonly line: Line;
  readonly isFirst: boolean;
  readonly now: number;
}

function MomentRow({ moment, line, isFirst, now }: MomentRowProps) {
  const { at, text, rawStatus, words, source } = moment;
  const date = new Date(at);
  return (
    <>
      <span className="moment-mark" data-tone={words?.tone ?? 'waiting'}>
        {words === null ? <span className="vendor-dot" /> : <StatusShape shape={words.shape} />}
      </span>
      <span className="moment-text">
        <strong>{text}</strong>
        {rawStatus !== '' && (
          <span className="raw">
            {' '}
            “<bdi>{rawStatus}</bdi>”
          </span>
        )}
        <span className="hint"> {source === 'vendor' ? 'says the vendor' : 'seen by this gateway'}</span>
      </span>
      <span className="moment-time">
        {!isFirst && <span className="offset">+{toExactDuration(at - line.from)}</span>}
        <time dateTime={date.toISOString()} title={toInstantText(date)}>
          {toClockText(date, now)}
        </time>
      </span>
    </>
  );
}
