/** The same export elsewhere: as a locator, on the command line, in GraphQL. */
import { type Export, formatLocator } from '@waybill/client';
import { useEffect, useRef, useState } from 'react';
import { Icon } from '../icons.tsx';
import { hasGraphiQL, toCommand, toGraphiQLPath, toGraphQL } from '../words/elsewhere.ts';

const TOLD_MS = 2_000;

export function CopyCard({ shown }: { readonly shown: Export }) {
  const locator = formatLocator(shown);
  const query = toGraphQL(locator, shown.id);
  return (
    <section className="card elsewhere" aria-labelledby="copy-heading">
      <h2 id="copy-heading">Use it elsewhere</h2>
      <div className="copies">
        <Copyable what="Locator" text={locator} />
        <Copyable what="Command" text={toCommand(locator, shown.isTerminal)} />
        <Copyable what="GraphQL" text={query} />
      </div>
      {hasGraphiQL() && (
        <p>
          <a href={toGraphiQLPath(query)}>Open it in GraphiQL</a>
        </p>
      )}
    </section>
  );
}

function Copyable({ what, text }: { readonly what: string; readonly text: string }) {
  const code = useRef<HTMLElement>(null);
  const [told, setTold] = useState('');
  useEffect(() => {
    if (told === '') return;
    const timer = setTimeout(() => setTold(''), TOLD_MS);
    return () => clearTimeout(timer);
  }, [told]);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      setTold('Copied');
    } catch {
      // Without https a page may not write the clipboard: the text is marked, and a key press away.
      if (code.current !== null) getSelection()?.selectAllChildren(code.current);
      setTold('Marked: press Ctrl+C');
    }
  }

  return (
    <div className="copyable">
      <div className="copy-head">
        <h3>{what}</h3>
        <button type="button" className="button small" onClick={copy}>
          <Icon sign="copy" />
          <span aria-hidden="true">{told || 'Copy'}</span>
          <span className="visually-hidden">Copy as {what}</span>
        </button>
        <span className="visually-hidden" role="status">
          {told}
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways has to be reached by keyboard */}
      <section className="code" tabIndex={0} aria-label={what}>
        <pre>
          <code ref={code}>{text}</code>
        </pre>
      </section>
    </div>
  );
}
