/**
 * Which rows of a long list are in sight. All rows are of one height and the page itself scrolls, so that no row is ever measured:
 * a library for lists of any kind would cost more than a tenth of all the script that the page may have.
 */
import { type RefObject, useLayoutEffect, useState } from 'react';

/** Rows beyond the edge, so that none is missing while somebody scrolls. */
const OVERSCAN = 8;

export interface Range {
  readonly first: number;
  /** The one after the last. */
  readonly end: number;
}

export function useWindow(list: RefObject<HTMLElement | null>, count: number, rowHeight: number): Range {
  const [range, setRange] = useState<Range>({ first: 0, end: 0 });

  useLayoutEffect(() => {
    const look = () => {
      const top = list.current?.getBoundingClientRect().top ?? 0;
      const next = toRange({ top, height: innerHeight, count, rowHeight });
      setRange((known) => (known.first === next.first && known.end === next.end ? known : next));
    };
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    // What stands above may grow: then the rows move without anybody scrolling.
    const observer = new ResizeObserver(look);
    observer.observe(document.body);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
      observer.disconnect();
    };
  }, [list, count, rowHeight]);
  return { first: Math.min(range.first, count), end: Math.min(range.end, count) };
}

interface Sight {
  /** Of the list, from the window's upper edge. */
  readonly top: number;
  /** Of the window. */
  readonly height: number;
  readonly count: number;
  readonly rowHeight: number;
}

export function toRange({ top, height, count, rowHeight }: Sight): Range {
  const clamp = (index: number) => Math.min(Math.max(index, 0), count);
  return {
    first: clamp(Math.floor(-top / rowHeight) - OVERSCAN),
    end: clamp(Math.ceil((height - top) / rowHeight) + OVERSCAN),
  };
}

/** Brings a row into sight, and no further than that. */
export function scrollToRow(list: HTMLElement | null, index: number, rowHeight: number): void {
  if (list === null) return;
  const top = list.getBoundingClientRect().top + index * rowHeight;
  const below = top + rowHeight - innerHeight;
  if (top < 0) scrollBy(0, top);
  else if (below > 0) scrollBy(0, below);
}
