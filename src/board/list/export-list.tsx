// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed one by one cannot be those of a table element
// biome-ignore-all lint/a11y/useFocusableInteractive: the links within take the focus
/** The rows: only those in sight are in the page, however many there are. */
import type { Export } from '@waybill/client';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { isFiltered, type SortKey, type View } from '../address.ts';
import { Icon } from '../icons.tsx';
import { Empty, Loading } from './empty.tsx';
import { ExportRow } from './export-row.tsx';
import { type Range, scrollToRow, useWindow } from './use-window.ts';

interface ExportListProps {
  readonly exports: readonly Export[];
  readonly view: View;
  readonly isPending: boolean;
  /** The gateway has not answered. */
  readonly isUnknown: boolean;
  /** Without the filters. */
  readonly total: number;
  /** By id, the words in the address. */
  readonly followed: ReadonlyMap<string, string>;
  readonly onChange: (next: Partial<View>) => void;
  readonly onClear: () => void;
  readonly onUnfollow: (name: string) => void;
}

const NARROW = '(max-width: 48rem)';
/** In the style sheet too. */
const ROW_REM = { wide: 4.25, narrow: 8.75 };

export function ExportList(props: ExportListProps) {
  const { exports, view, isPending, total } = props;
  if (isPending) return <Loading />;
  if (exports.length === 0)
    return (
      <Empty
        isUnknown={props.isUnknown && total === 0}
        isFiltered={isFiltered(view) && total > 0}
        onClear={props.onClear}
      />
    );
  return <Rows {...props} />;
}

function Rows({ exports, view, followed, onChange, onUnfollow }: ExportListProps) {
  const list = useRef<HTMLDivElement>(null);
  const [focusedId, setFocusedId] = useState<string | null>(null);
  const rowHeight = useRowHeight();
  const focusedIndex = focusedId === null ? -1 : exports.findIndex(({ id }) => id === focusedId);
  const indexes = toIndexes(useWindow(list, exports.length, rowHeight), focusedIndex);

  const wanted = useRef<string | null>(null);
  useEffect(() => {
    if (wanted.current !== null && focusRow(list.current, wanted.current)) wanted.current = null;
  });

  function onKeyDown(event: KeyboardEvent): void {
    const next = toNextIndex(event.key, focusedIndex, exports.length);
    if (next === null || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const id = exports[next]?.id ?? null;
    wanted.current = id;
    setFocusedId(id);
    scrollToRow(list.current, next, rowHeight);
  }

  return (
    <div className="table" role="table" aria-label="Exports" aria-rowcount={exports.length + 1}>
      <Head view={view} onChange={onChange} />
      <div
        ref={list}
        role="rowgroup"
        className="rows"
        style={{ height: exports.length * rowHeight }}
        onKeyDown={onKeyDown}
        onFocus={({ target }) => setFocusedId(target.closest<HTMLElement>('.row')?.dataset.id ?? null)}
        onBlur={({ relatedTarget }) =>
          !list.current?.contains(relatedTarget) && wanted.current === null && setFocusedId(null)
        }
      >
        {indexes.map((index) => {
          const shown = exports[index];
          return (
            shown && (
              <ExportRow
                key={shown.id}
                shown={shown}
                index={index}
                top={index * rowHeight}
                followedAs={followed.get(shown.id) ?? null}
                onUnfollow={onUnfollow}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

const COLUMNS: readonly (readonly [text: string, sort: SortKey | null])[] = [
  ['Export', 'name'],
  ['Status', 'status'],
  ['Progress', null],
  ['Time', 'newest'],
  ['File', null],
];

function Head({ view, onChange }: Pick<ExportListProps, 'view' | 'onChange'>) {
  return (
    <div role="rowgroup" className="head">
      <div role="row" aria-rowindex={1} className="head-row">
        {COLUMNS.map(([text, sort]) => {
          const isChosen = sort !== null && view.sort === sort;
          const order = view.isReversed ? 'descending' : 'ascending';
          return (
            <div key={text} role="columnheader" aria-sort={isChosen ? order : undefined}>
              {sort === null ? (
                text
              ) : (
                <button
                  type="button"
                  className="sort"
                  title={`Order by ${text.toLowerCase()}`}
                  onClick={() => onChange({ sort, isReversed: isChosen && !view.isReversed })}
                >
                  {text}
                  {isChosen && <Icon sign={view.isReversed ? 'up' : 'down'} />}
                </button>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Whoever stands in a row with the keyboard keeps it, wherever the list moves it. */
function toIndexes({ first, end }: Range, focused: number): readonly number[] {
  const indexes = Array.from({ length: Math.max(end - first, 0) }, (_index, offset) => first + offset);
  if (focused < 0 || (focused >= first && focused < end)) return indexes;
  return focused < first ? [focused, ...indexes] : [...indexes, focused];
}

const PAGE = 10;

/** Where a key leads from a row; null for one that leads nowhere. */
export function toNextIndex(key: string, index: number, count: number): number | null {
  if (index < 0) return null;
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + PAGE,
    PageUp: index - PAGE,
    Home: 0,
    End: count - 1,
  };
  const next = Object.hasOwn(steps, key) ? steps[key] : undefined;
  return next === undefined ? null : Math.min(Math.max(next, 0), count - 1);
}

/** @returns false where the row is not in the page yet */
function focusRow(list: HTMLElement | null, id: string): boolean {
  const link = list?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"] .name a`);
  link?.focus({ preventScroll: true });
  return link != null;
}

function useRowHeight(): number {
  const [height, setHeight] = useState(readRowHeight);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const onChange = () => setHeight(readRowHeight());
    query.addEventListener('change', onChange);
    addEventListener('resize', onChange);
    return () => {
      query.removeEventListener('change', onChange);
      removeEventListener('resize', onChange);
    };
  }, []);
  return height;
}

function readRowHeight(): number {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return Math.round(rem * (matchMedia(NARROW).matches ? ROW_REM.narrow : ROW_REM.wide));
}
