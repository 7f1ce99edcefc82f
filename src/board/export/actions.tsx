/** What can be done with one export: tracked under a label, tracked no longer, canceled. */
import type { Export } from '@waybill/client';
import { useWaybill } from '@waybill/react';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { nameOf } from '../filters.ts';
import { Icon } from '../icons.tsx';
import { codeOf, problemText } from '../words/problems.ts';

interface ActionsProps {
  readonly shown: Export;
  readonly canCancel: boolean;
  /** Something was changed; `tracking` is how it is tracked now, where that is known. */
  readonly onChanged: (tracking?: Export['tracking']) => void;
}

const LOST = 'It may have been done all the same: look again in a moment, or press once more.';
/** A second click later than this is not about the first one. */
const CONFIRM_MS = 8_000;
const MAX_LABEL_LENGTH = 200;

export function Actions({ shown, canCancel, onChanged }: ActionsProps) {
  const client = useWaybill();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const [canTrack, setCanTrack] = useState(true);
  const { tracking } = shown;
  const name = nameOf(shown);

  async function run(change: () => Promise<Export['tracking'] | undefined>): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setProblem('');
    try {
      onChanged(await change());
    } catch (error) {
      if (codeOf(error) === 'UNSUPPORTED_BY_VENDOR') setCanTrack(false);
      setProblem(problemText(error, LOST));
    } finally {
      setBusy(false);
    }
  }
  const track = (label: string) =>
    run(async () => (await client.track(shown.id, label === '' ? {} : { label })).tracking);
  const untrack = () =>
    run(async () => {
      await client.untrack(shown.id);
      return null;
    });
  const cancel = () =>
    run(async () => {
      await client.cancel(shown.id);
      return undefined;
    });
  const isCancelable = canCancel && !shown.isTerminal && shown.status !== 'CANCELING';

  return (
    <section className="card actions" aria-labelledby="actions-heading" aria-busy={isBusy}>
      <h2 id="actions-heading">{tracking === null ? 'Not tracked' : 'Tracked'}</h2>
      <p className="hint">
        {tracking === null
          ? 'What is tracked is followed to its end, whether anybody looks or not, and remembered afterwards.'
          : 'It is followed to its end, whether anybody looks or not, and remembered afterwards.'}
      </p>
      {canTrack && (
        <LabelForm
          label={tracking?.label ?? ''}
          isTracked={tracking !== null}
          isBusy={isBusy}
          onTrack={track}
        />
      )}
      <div className="buttons">
        {tracking !== null && (
          <button type="button" className="button" aria-disabled={isBusy} onClick={untrack}>
            Untrack <span className="visually-hidden">{name}</span>
          </button>
        )}
        {isCancelable && <CancelButton name={name} isBusy={isBusy} onCancel={cancel} />}
      </div>
      <p className="problem" role="alert">
        {problem}
      </p>
    </section>
  );
}

interface LabelFormProps {
  readonly label: string;
  readonly isTracked: boolean;
  readonly isBusy: boolean;
  readonly onTrack: (label: string) => void;
}

function LabelForm({ label, isTracked, isBusy, onTrack }: LabelFormProps) {
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? label;
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (isBusy) return;
    onTrack(text.trim());
    setTyped(null);
  }
  return (
    <form className="label-form" onSubmit={submit} autoComplete="off">
      <label htmlFor={id}>
        Label <span className="hint">what people call it here{isTracked ? '' : '; optional'}</span>
      </label>
      <div className="field">
        <input
          id={id}
          value={text}
          maxLength={MAX_LABEL_LENGTH}
          placeholder="such as: For Ann, Monday"
          required={isTracked}
          onChange={({ target }) => setTyped(target.value)}
        />
        <button
          type="submit"
          className="button"
          aria-disabled={isBusy || (isTracked && text.trim() === label)}
        >
          <Icon sign="tracked" /> {isTracked ? 'Rename' : 'Track'}
        </button>
      </div>
    </form>
  );
}

interface CancelButtonProps {
  readonly name: string;
  readonly isBusy: boolean;
  readonly onCancel: () => void;
}

function CancelButton({ name, isBusy, onCancel }: CancelButtonProps) {
  const [isAsked, setAsked] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  function ask(isNow: boolean): void {
    clearTimeout(timer.current);
    setAsked(isNow);
    if (isNow) timer.current = setTimeout(() => setAsked(false), CONFIRM_MS);
  }
  return (
    <>
      <button
        type="button"
        className={isAsked ? 'button danger' : 'button'}
        aria-disabled={isBusy}
        // The second half of a double click confirms nothing.
        onClick={({ detail }) => {
          if (isBusy || (isAsked && detail > 1)) return;
          ask(!isAsked);
          if (isAsked) onCancel();
        }}
        onKeyDown={({ key }) => key === 'Escape' && ask(false)}
      >
        {isAsked ? 'Really cancel' : 'Cancel'} <span className="visually-hidden">{name}</span>
      </button>
      <span className="hint" role="status">
        {isAsked ? 'Press “Really cancel” to stop the job at the vendor.' : ''}
      </span>
    </>
  );
}
