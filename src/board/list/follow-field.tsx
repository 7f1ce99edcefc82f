/** Takes anything that names an export, and says beside the field what it is or why it is none. */
import type { WaybillError } from '@waybill/client';
import { useWaybill } from '@waybill/react';
import { type FormEvent, useState } from 'react';
import { Icon } from '../icons.tsx';
import { readLocator } from '../words/locators.ts';
import { problemText } from '../words/problems.ts';
import { isHopeless } from './live-list.ts';

interface FollowFieldProps {
  /** What the address names. */
  readonly names: readonly string[];
  /** Why some of it cannot be shown. */
  readonly problems: ReadonlyMap<string, WaybillError>;
  readonly onFollow: (name: string) => void;
  readonly onLeave: (name: string) => void;
}

type News = { readonly kind: 'problem' | 'news'; readonly text: string } | null;

export function FollowField({ names, problems, onFollow, onLeave }: FollowFieldProps) {
  const client = useWaybill();
  const [text, setText] = useState('');
  const [news, setNews] = useState<News>(null);
  const [isAsking, setAsking] = useState(false);
  const typed = text.trim();
  const read = typed === '' ? null : readLocator(typed);
  const said = news ?? (read !== null && 'says' in read ? { kind: 'news' as const, text: read.says } : null);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isAsking) return;
    const wanted = readLocator(typed);
    if ('problem' in wanted) return setNews({ kind: 'problem', text: wanted.problem });
    setAsking(true);
    setNews({ kind: 'news', text: `${wanted.says} Looking it up…` });
    try {
      // Only what is there becomes a row.
      await client.get(wanted.locator, { maxAgeMs: 5_000 });
      onFollow(typed);
      setText('');
      setNews({ kind: 'news', text: 'It stands in the list, and in this page’s address.' });
    } catch (error) {
      setNews({ kind: 'problem', text: problemText(error) });
    } finally {
      setAsking(false);
    }
  }

  const isWrong = said?.kind === 'problem';
  return (
    <form className="follow" onSubmit={submit} autoComplete="off" noValidate>
      <label htmlFor="follow">Follow an export</label>
      <div className="field">
        <input
          id="follow"
          value={text}
          spellCheck={false}
          autoCapitalize="off"
          placeholder="Paste its id, its locator, or its address at the vendor"
          aria-describedby="follow-news"
          aria-invalid={isWrong}
          onChange={({ target }) => {
            setText(target.value);
            setNews(null);
          }}
          onBlur={() =>
            read !== null && 'problem' in read && setNews({ kind: 'problem', text: read.problem })
          }
        />
        <button type="submit" className="button" aria-disabled={isAsking}>
          Follow
        </button>
      </div>
      <p id="follow-news" className={isWrong ? 'problem' : 'hint'} role={isWrong ? 'alert' : 'status'}>
        {said?.text ?? ''}
      </p>
      <Unfollowable names={names} problems={problems} onLeave={onLeave} />
    </form>
  );
}

/** What stands in the address and is no export: said here, and never a row. */
function Unfollowable({ names, problems, onLeave }: Omit<FollowFieldProps, 'onFollow'>) {
  const wrong = names.flatMap((name) => {
    const read = readLocator(name);
    if ('problem' in read) return [[name, read.problem] as const];
    const error = problems.get(name);
    if (error === undefined) return [];
    const again = isHopeless(error) ? '' : ' It is tried again.';
    return [[name, problemText(error) + again] as const];
  });
  if (wrong.length === 0) return null;
  return (
    <div role="alert">
      <ul className="unfollowable">
        {wrong.map(([name, problem]) => (
          <li key={name}>
            <span className="problem">
              <bdi>{name.length > 60 ? `${name.slice(0, 40)}…` : name}</bdi> is in the address and cannot be
              followed. {problem}
            </span>
            <button type="button" className="button small" onClick={() => onLeave(name)}>
              <Icon sign="close" /> Take it out
              <span className="visually-hidden"> of the address: {name}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
