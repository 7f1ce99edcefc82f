/** Asks who looks. */
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { parseKey } from './session.ts';

interface KeyPanelProps {
  readonly wasRefused: boolean;
  readonly onKey: (key: string) => void;
}

export function KeyPanel({ wasRefused, onKey }: KeyPanelProps) {
  const field = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState(
    wasRefused ? 'This token is not good here, or not any more. Give another one.' : '',
  );
  useEffect(() => field.current?.focus(), []);

  function submit(event: FormEvent): void {
    event.preventDefault();
    const key = parseKey(field.current?.value ?? '');
    if (key === null) setProblem('A token is one word, without spaces or accents.');
    else onKey(key);
  }

  return (
    <section className="panel" aria-labelledby="key-heading">
      <h1 id="key-heading">This gateway asks who you are</h1>
      <p className="muted">
        Give the access token or key that you were given for it. It is kept in this tab alone, and forgotten
        when the tab is closed.
      </p>
      <form onSubmit={submit} autoComplete="off">
        <label htmlFor="key">Access token</label>
        <div className="field">
          <input
            id="key"
            ref={field}
            type="password"
            autoComplete="off"
            required
            spellCheck={false}
            autoCapitalize="off"
            aria-describedby="key-problem"
            aria-invalid={problem !== ''}
          />
          <button type="submit" className="button strong">
            Open the board
          </button>
        </div>
        <p id="key-problem" className="problem" role="alert">
          {problem}
        </p>
      </form>
    </section>
  );
}
