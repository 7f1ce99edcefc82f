/** One export: where it stands and why, its files, its life, and what can be done with it. */
import type { Account, Export, WaybillError } from '@waybill/client';
import { useExport } from '@waybill/react';
import { useState } from 'react';
import { beganAt, endedAt, nameOf } from '../filters.ts';
import { Icon } from '../icons.tsx';
import { Link } from '../link.tsx';
import { Progress } from '../parts/progress.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { VendorMark } from '../parts/vendor-mark.tsx';
import { useRefusals } from '../refusals.ts';
import { listPath } from '../router.ts';
import { toExactDuration, toInstantText, useNow } from '../time.ts';
import { notesOf } from '../words/notes.ts';
import { explainFailure, explainStanding } from '../words/outcome.ts';
import { problemDetails, problemText } from '../words/problems.ts';
import { Actions } from './actions.tsx';
import { CopyCard } from './copy-card.tsx';
import { Details } from './details.tsx';
import { Files } from './files.tsx';
import { Freshness } from './freshness.tsx';
import { Timeline } from './timeline.tsx';

interface ExportPageProps {
  readonly id: string;
  /** What the list knows of it already. */
  readonly known: Export | undefined;
  readonly accounts: readonly Account[];
  readonly onChanged: () => void;
}

export function ExportPage({ id, known, accounts, onChanged }: ExportPageProps) {
  const { export: followed, status, error, retry } = useExport(id, { initialData: known });
  const [attempt, setAttempt] = useState(0);
  const refusal = useRefusals(known === undefined ? [id] : [], attempt).get(id);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const shown = withAnswer(newest(followed, known), answer !== null && answer.to === known ? answer : null);

  const problem = status === 'error' ? error : (refusal ?? null);
  function tryAgain(): void {
    setAttempt((before) => before + 1);
    retry();
  }
  function heed(tracking?: Export['tracking']): void {
    if (tracking !== undefined) setAnswer({ to: known, tracking });
    onChanged();
  }
  return (
    <article className="export">
      <Link className="back" to={listPath()}>
        <Icon sign="back" /> All exports
      </Link>
      {shown !== undefined && (
        <Whole
          shown={shown}
          account={accounts.find(({ key }) => key === shown.account)}
          error={error}
          onRetry={retry}
          onChanged={heed}
        />
      )}
      {shown === undefined && problem !== null && <Unreadable error={problem} onRetry={tryAgain} />}
      {shown === undefined && problem === null && <Placeholder />}
    </article>
  );
}

/** What the gateway answered to a change of how this is tracked, until the list says so too. */
interface Answer {
  readonly to: Export | undefined;
  readonly tracking: Export['tracking'];
}

function withAnswer(shown: Export | undefined, answer: Answer | null): Export | undefined {
  if (shown === undefined || answer === null) return shown;
  return { ...shown, tracking: answer.tracking, label: answer.tracking?.label ?? null };
}

/** The list may know of a label or a cancellation sooner. */
function newest(followed: Export | undefined, known: Export | undefined): Export | undefined {
  if (followed === undefined || known === undefined) return followed ?? known;
  if (followed.isTerminal !== known.isTerminal) return followed.isTerminal ? followed : known;
  const newer = known.asOf > followed.asOf ? known : followed;
  return { ...newer, tracking: known.tracking, label: known.label };
}

interface WholeProps {
  readonly shown: Export;
  readonly account: Account | undefined;
  readonly error: WaybillError | null;
  readonly onRetry: () => void;
  readonly onChanged: (tracking?: Export['tracking']) => void;
}

function Whole({ shown, account, error, onRetry, onChanged }: WholeProps) {
  return (
    <>
      <Head shown={shown} />
      <div className="columns">
        <div className="column">
          <Standing shown={shown} error={error} onRetry={onRetry} />
          <Files shown={shown} />
          <Timeline shown={shown} />
          <Details shown={shown} />
        </div>
        <div className="column side">
          <Actions shown={shown} canCancel={account?.capabilities.canCancel ?? false} onChanged={onChanged} />
          <Freshness shown={shown} />
          <CopyCard shown={shown} />
        </div>
      </div>
    </>
  );
}

function Head({ shown }: { readonly shown: Export }) {
  const name = nameOf(shown);
  return (
    <header className="export-head">
      <VendorMark vendor={shown.vendor} />
      <div className="titles">
        <h1>
          <bdi>{name}</bdi>
        </h1>
        <p className="origin">
          <span>
            {shown.vendorName} · account {shown.account}
          </span>
          {shown.name !== null && shown.name !== name && (
            <span>
              · the vendor calls it <bdi>{shown.name}</bdi>
            </span>
          )}
        </p>
      </div>
      <StatusBadge shown={shown} />
    </header>
  );
}

function Standing({ shown, error, onRetry }: Pick<WholeProps, 'shown' | 'error' | 'onRetry'>) {
  const now = useNow();
  const failure = explainFailure(shown);
  const explanation = explainStanding(shown, now);
  const notes = shown.isTerminal ? [] : notesOf(shown);
  return (
    <section className="card standing-card" data-phase={shown.phase} aria-labelledby="standing-heading">
      <h2 id="standing-heading">Where it stands</h2>
      {!shown.isTerminal && <Progress shown={shown} name={nameOf(shown)} />}
      <p className="sum">{sumUp(shown, now)}</p>
      {explanation !== '' && <p>{explanation}</p>}
      {failure !== null && (
        <div className="failure">
          <p>
            <strong>{failure.why}</strong>
          </p>
          <p>{failure.advice}</p>
        </div>
      )}
      {notes.map((note) => (
        <p key={note} className="note">
          {note}.
        </p>
      ))}
      <Estimate shown={shown} now={now} />
      {error !== null && !shown.isTerminal && (
        <div className="failure" role="alert">
          <p>
            <strong>It is not followed any more.</strong> {problemText(error)}
          </p>
          <button type="button" className="button small" onClick={onRetry}>
            Follow it again
          </button>
        </div>
      )}
      <p className="hint">
        In the vendor’s own word: <bdi className="raw">{shown.rawStatus || 'none'}</bdi>
      </p>
    </section>
  );
}

/** How long it has taken, or takes. */
function sumUp(shown: Export, now: number): string {
  const [began, ended] = [beganAt(shown), endedAt(shown)];
  if (!shown.isTerminal) {
    const since = began ?? shown.transitions[0]?.at ?? null;
    if (since === null) return 'Under way; the vendor does not say since when.';
    return `Under way for ${toExactDuration(now - since.getTime())}.`;
  }
  if (ended === null) return began === null ? 'The vendor tells no times.' : `Begun ${toInstantText(began)}.`;
  const took = began === null ? '' : `, after ${toExactDuration(ended.getTime() - began.getTime())}`;
  return `Ended ${toInstantText(ended)}${took}.`;
}

function Estimate({ shown, now }: { readonly shown: Export; readonly now: number }) {
  const { estimate, isTerminal, vendorName } = shown;
  if (estimate === null || isTerminal) return null;
  const [likely, latest] = [estimate.finishAt.getTime() - now, estimate.finishAtLatest.getTime() - now];
  const basis = `judging by ${estimate.basedOn} others of ${vendorName}`;
  if (latest <= 0) return <p>It takes longer than nine of ten such exports, {basis}.</p>;
  if (likely <= 0)
    return (
      <p>
        It should be done any moment, within {toExactDuration(latest)} at the latest, {basis}.
      </p>
    );
  return (
    <p>
      Probably done in {toExactDuration(likely)}, within {toExactDuration(latest)} at the latest, {basis}.
    </p>
  );
}

function Unreadable({
  error,
  onRetry,
}: {
  readonly error: WaybillError | null;
  readonly onRetry: () => void;
}) {
  const details = problemDetails(error);
  return (
    <section className="card unreadable">
      <h1>This export cannot be shown</h1>
      <p role="alert">{problemText(error)}</p>
      {details !== '' && (
        <details>
          <summary>In the gateway’s own words</summary>
          <p className="hint">{details}</p>
        </details>
      )}
      <button type="button" className="button" onClick={onRetry}>
        Try again
      </button>
    </section>
  );
}

function Placeholder() {
  return (
    <section className="card" aria-busy="true">
      <h1 className="visually-hidden">Export</h1>
      <p role="status" className="muted">
        Asking the vendor where it stands…
      </p>
      <div className="placeholder" aria-hidden="true">
        <span />
        <span />
        <span />
      </div>
    </section>
  );
}
