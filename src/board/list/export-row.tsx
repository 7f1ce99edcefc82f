// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed one by one cannot be those of a table element
// biome-ignore-all lint/a11y/useFocusableInteractive: the links within take the focus
/** One export in the list. */
import type { Export } from '@waybill/client';
import { memo, useEffect, useRef, useState } from 'react';
import { toExportPath } from '../address.ts';
import { nameOf, shortIds } from '../filters.ts';
import { Icon } from '../icons.tsx';
import { Link } from '../link.tsx';
import { Age } from '../parts/age.tsx';
import { FileLink } from '../parts/file-link.tsx';
import { Progress } from '../parts/progress.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { VendorMark } from '../parts/vendor-mark.tsx';
import { notesOf } from '../words/notes.ts';

interface ExportRowProps {
  readonly shown: Export;
  readonly index: number;
  readonly top: number;
  /** The words in the address, where it is there. */
  readonly followedAs: string | null;
  readonly onUnfollow: (name: string) => void;
}

/** How long a row that changed stands out. */
const HIGHLIGHT_MS = 2_400;

export const ExportRow = memo(({ shown, index, top, followedAs, onUnfollow }: ExportRowProps) => {
  const name = nameOf(shown);
  const isChanged = useChanged(`${shown.status} ${shown.outcome}`);
  const [note] = notesOf(shown);
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className="row"
      data-id={shown.id}
      data-phase={shown.phase}
      data-changed={isChanged ? '' : undefined}
      data-stale={shown.isStale ? '' : undefined}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="cell" className="identity">
        <VendorMark vendor={shown.vendor} />
        <div className="titles">
          <p className="name">
            <Link to={toExportPath(shown.id)} title={name}>
              <bdi>{name}</bdi>
            </Link>
          </p>
          <Origin shown={shown} name={name} />
        </div>
        {followedAs !== null && (
          <button
            type="button"
            className="icon-button"
            title="Stop following"
            onClick={() => onUnfollow(followedAs)}
          >
            <Icon sign="close" />
            <span className="visually-hidden">Stop following {name}</span>
          </button>
        )}
      </div>
      <div role="cell" className="standing">
        <StatusBadge shown={shown} />
      </div>
      <div role="cell" className="way">
        {!shown.isTerminal && <Progress shown={shown} name={name} note={note} />}
        {shown.isTerminal && note !== undefined && (
          <p className="note" title={note}>
            {note}
          </p>
        )}
      </div>
      <div role="cell" className="when">
        <Age shown={shown} />
      </div>
      <div role="cell" className="file-cell">
        <FileCell shown={shown} name={name} />
      </div>
    </div>
  );
});

function Origin({ shown, name }: { readonly shown: Export; readonly name: string }) {
  const { vendorName, account, tracking } = shown;
  // What a label has replaced is still worth knowing.
  const also = shown.name !== null && shown.name !== name ? shown.name : null;
  return (
    <p className="origin">
      {tracking !== null && (
        <span className="tracked" title="Tracked: followed to its end, whether anybody looks or not">
          <Icon sign="tracked" />
          <span className="visually-hidden">Tracked. </span>
        </span>
      )}
      <span>
        {vendorName} · {account}
      </span>
      {also !== null && (
        <span>
          · <bdi>{also}</bdi>
        </span>
      )}
      {also === null && !name.includes(shortIds(shown)) && <span className="ids">· {shortIds(shown)}</span>}
    </p>
  );
}

function FileCell({ shown, name }: { readonly shown: Export; readonly name: string }) {
  const { files } = shown;
  const [file] = files ?? [];
  if (file === undefined) return null;
  if (files !== null && files.length > 1)
    return (
      <Link className="file" to={toExportPath(shown.id)} aria-label={`${files.length} files of ${name}`}>
        <Icon sign="file" /> {files.length} files
      </Link>
    );
  return <FileLink of={shown} file={file} index={0} />;
}

/** True for a moment after this text has become another one. */
function useChanged(text: string): boolean {
  const last = useRef(text);
  const [isChanged, setChanged] = useState(false);
  useEffect(() => {
    if (last.current === text) return;
    last.current = text;
    setChanged(true);
    const timer = setTimeout(() => setChanged(false), HIGHLIGHT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return isChanged;
}
