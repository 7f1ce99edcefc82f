/** What only this vendor tells. */
import type { Export } from '@waybill/client';
import { toInstantText } from '../time.ts';

export function Details({ shown }: { readonly shown: Export }) {
  const facts = toFacts(shown);
  return (
    <section className="card details" aria-labelledby="details-heading">
      <h2 id="details-heading">At {shown.vendorName}</h2>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{toWords(name)}</dt>
            <dd>
              <Value value={value} />
            </dd>
          </div>
        ))}
        {shown.tracking !== null && (
          <div>
            <dt>Tracked</dt>
            <dd>{trackingText(shown)}</dd>
          </div>
        )}
      </dl>
      <details>
        <summary>Global id</summary>
        <code className="wrap">{shown.id}</code>
      </details>
    </section>
  );
}

function trackingText({ tracking }: Export): string {
  if (tracking === null) return '';
  const { startedHere, trackedBy, trackedAt, keptUntil } = tracking;
  const how = startedHere ? 'started through this gateway' : 'since';
  const by = trackedBy === null ? '' : `, by ${trackedBy}`;
  const until = keptUntil === null ? '' : `, kept until ${toInstantText(keptUntil)}`;
  return `${how} ${toInstantText(trackedAt)}${by}${until}`;
}

/** Those that say something, in the vendor's order. */
function toFacts({ details }: Export): readonly (readonly [string, unknown])[] {
  return Object.entries(details).filter(
    ([name, value]) => value !== null && value !== undefined && value !== '' && name !== '__typename',
  );
}

/** `reportType` as `Report type`: the words of vendors to come too. */
export function toWords(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return (words.charAt(0).toUpperCase() + words.slice(1)).replace(/\b(id|url)\b/gi, (word) =>
    word.toLowerCase(),
  );
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

interface InstantSpan {
  readonly from: unknown;
  readonly to: unknown;
}

function isSpan(value: unknown): value is InstantSpan {
  return typeof value === 'object' && value !== null && 'from' in value && 'to' in value;
}

function toText(instant: unknown): string {
  const at = new Date(String(instant));
  return Number.isNaN(at.getTime()) ? '…' : toInstantText(at);
}

function Value({ value }: { readonly value: unknown }) {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value instanceof Date) return toInstantText(value);
  if (typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value)))
    return toInstantText(new Date(value));
  if (isSpan(value)) return `${toText(value.from)} to ${toText(value.to)}`;
  if (typeof value === 'object') return <code className="wrap">{JSON.stringify(value, null, 1)}</code>;
  return <bdi className="wrap">{String(value)}</bdi>;
}
